#include "cli/commands.h"

int main(int argc, char** argv) {
  return nvgre::cli::run_command_line(argc, argv);
}
