"""What receive checksum validation has to say of a frame, written a second time in plain Python from the rules (RXC)."""

from checksums import folded_sum, pseudo_header
from headers import TCP, UDP, parse_as_card

VALID = 0xFFFF  # the sum of bytes and the checksum over them


def ip_verdict(data, ip):
    if ip is None or ip.version == 6:
        return "absent"
    return "good" if folded_sum(data[ip.offset : ip.end]) == VALID else "bad"


def transport_verdict(frame):
    ip = frame.ip
    if ip is None or ip.protocol not in (TCP, UDP):
        return "absent"
    if ip.is_fragment:
        return "unchecked"
    if ip.protocol == UDP and frame.word(frame.transport + 6) == 0:
        return "absent"
    covered = frame.data[frame.transport : frame.end]
    return "good" if folded_sum(pseudo_header(frame.addresses(), ip.protocol, len(covered)) + covered) == VALID else "bad"


def verdicts(data):
    """As `nvgre inspect --json` names them: what is right, and what a card with every offload on reports."""
    frame = parse_as_card(data)
    checksum = {"outer_ip": ip_verdict(data, frame.outer), "inner_ip": ip_verdict(data, frame.ip), "transport": transport_verdict(frame)}
    ips = (checksum["outer_ip"], checksum["inner_ip"])
    receive = {"ip_checksum_succeeded": "good" in ips and "bad" not in ips, "ip_checksum_failed": "bad" in ips}
    for name, protocol in (("tcp", TCP), ("udp", UDP)):
        is_it = frame.ip is not None and frame.ip.protocol == protocol
        receive[f"{name}_checksum_succeeded"] = is_it and checksum["transport"] == "good"
        receive[f"{name}_checksum_failed"] = is_it and checksum["transport"] == "bad"
    return checksum, receive
