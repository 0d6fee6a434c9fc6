"""Packet sockets on one device, with and without the virtio-net header in front of each frame."""

import socket

SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING, SO_RCVBUFFORCE = 263, 15, 23, 33
ETH_P_ALL = 3
LARGEST_FRAME = 1 << 17
HEADER_SIZE = 10
NEEDS_CSUM, GSO_TCPV4, GSO_TCPV6, GSO_UDP_L4, GSO_ECN = 1, 1, 4, 5, 0x80


def open_socket(device, with_header=False):
    """Receives what comes in at the device, not what is sent through it."""
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    packets.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
    packets.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    if with_header:
        packets.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    packets.bind((device, ETH_P_ALL))
    return packets
