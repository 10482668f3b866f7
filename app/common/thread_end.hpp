// End of a thread: what libcrypto keeps per thread, given back before the thread counts as gone.
#pragma once

namespace heirloom::app {

/// release_thread_state frees libcrypto's state of this thread (its random generators). A detached
/// thread calls it last, while the program still waits for it: libcrypto would do the same when the
/// thread ends, but main may have returned by then and be tearing libcrypto down.
void release_thread_state();

}  // namespace heirloom::app
