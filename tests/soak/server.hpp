// The server of the soak: a process of its own that serves all connections on one thread.
#pragma once

namespace heirloom::soak {

/// serve prints its port, answers each line on the standard input with the size of its heap, once
/// no connection is left, and returns when the input ends.
void serve();

}  // namespace heirloom::soak
