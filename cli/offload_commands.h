/// What is below `nvgre offload` in files of its own.
#pragma once

#include <CLI/CLI.hpp>

namespace nvgre::cli {

void add_offload_export_command(CLI::App& offload, int& status);
void add_offload_import_command(CLI::App& offload, int& status);

}  // namespace nvgre::cli
