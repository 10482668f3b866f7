#include "demo/capture_files.hpp"

#include "common/tcp.hpp"
#include "demo/pcapng.hpp"
#include "demo/tcp_packets.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app::demo {

namespace {

constexpr std::string_view kWhatItIs =
    "Made by heirloom demo. The TCP payloads are the bytes that went over loopback sockets; the "
    "packets around them, their addresses and ports were drawn by heirloom. The keys are in this "
    "file and belong to these connections only.";

// Documentation addresses (RFC 5737), and the port at which Wireshark expects TLS with HTTP inside.
constexpr TcpAddress kServer{{192, 0, 2, 1}, 443};
constexpr TcpAddress kClient{{192, 0, 2, 2}, 49152};

Failure unwritable(const std::string& path, int number) {
  return {ExitCode::local,
          "cannot write " + path + ": " + errno_text(number),
          "heirloom demo -o DIR, with a directory that can be written",
          "capture_unwritable"};
}

Failure exists(const std::string& path) {
  return {ExitCode::local,
          path + " is already there",
          "heirloom demo --force to replace it, or -o DIR for another directory",
          "capture_exists"};
}

/// open_file gives a descriptor, or -1 and errno. A symbolic link is not followed: the file holds
/// keys, and whoever made the link chose where they would go.
int open_file(const std::string& path, Overwrite overwrite) {
  const int how = overwrite == Overwrite::allowed ? O_TRUNC : O_EXCL;
  const int handle =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | how, S_IRUSR | S_IWUSR);
  if (handle >= 0 && ::fchmod(handle, S_IRUSR | S_IWUSR) != 0) {
    const int number = errno;
    ::close(handle);
    errno = number;
    return -1;
  }
  return handle;
}

std::uint64_t microseconds_of(std::chrono::system_clock::time_point when) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since.count(), 0));
}

/// quote makes one word of a path for a shell.
std::string quote(const std::string& word) {
  const bool is_plain = std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-:+,=@%").find(c) != std::string_view::npos;
  });
  if (is_plain && !word.empty()) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace

Outcome<std::unique_ptr<CaptureFiles>> CaptureFiles::open(const std::string& directory,
                                                          Overwrite overwrite) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) {
    return unwritable(directory, failed.value());
  }
  std::unique_ptr<CaptureFiles> files(new CaptureFiles());
  const std::filesystem::path folder(directory);
  files->capture_.path = (folder / "demo.pcapng").string();
  files->key_log_.path = (folder / "demo.keys").string();
  // Both are looked for before either is made, so that a refusal leaves nothing behind.
  for (const std::string& path : {files->capture_.path, files->key_log_.path}) {
    if (overwrite == Overwrite::never && std::filesystem::exists(path, failed)) {
      return exists(path);
    }
  }
  for (File* const file : {&files->capture_, &files->key_log_}) {
    file->handle = open_file(file->path, overwrite);
    if (file->handle < 0) {
      return errno == EEXIST ? exists(file->path) : unwritable(file->path, errno);
    }
  }
  write(files->capture_, section_header_block("heirloom demo", kWhatItIs));
  write(files->capture_,
        interface_block(LinkType::raw_ip, "demo", "drawn by heirloom demo, never on a network"));
  return files;
}

CaptureFiles::~CaptureFiles() {
  close(capture_);
  close(key_log_);
}

void CaptureFiles::write(File& file, ByteView bytes) {
  while (!bytes.empty() && file.error == 0) {
    const auto count = ::write(file.handle, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      file.error = errno;
    }
  }
}

void CaptureFiles::close(File& file) {
  if (file.handle >= 0 && ::close(file.handle) != 0 && file.error == 0) {
    file.error = errno;
  }
  file.handle = -1;
}

void CaptureFiles::add(const Conversation& conversation,
                       std::string_view key_log_lines,
                       std::string_view name) {
  write(key_log_, to_bytes(key_log_lines));
  if (!key_log_lines.empty()) {
    write(capture_, decryption_secrets_block(key_log_lines));
  }
  write_packets(conversation, name);
}

void CaptureFiles::write_packets(const Conversation& conversation, std::string_view name) {
  TcpAddress client = kClient;
  client.port = static_cast<std::uint16_t>(kClient.port + connections_++);
  TcpPackets packets(client, kServer);
  std::string_view comment = name;
  const auto write_all = [&](const std::vector<Bytes>& drawn,
                             std::chrono::system_clock::time_point when) {
    for (const Bytes& packet : drawn) {
      // Time never stands still or goes back in a capture, whatever the clock did.
      last_microsecond_ = std::max(last_microsecond_ + 1, microseconds_of(when));
      write(capture_, packet_block(last_microsecond_, packet, comment));
      comment = {};
    }
  };
  if (conversation.chunks.empty()) {
    return;
  }
  write_all(packets.open(), conversation.chunks.front().when);
  for (const Chunk& chunk : conversation.chunks) {
    write_all(packets.data(chunk.from, chunk.bytes), chunk.when);
  }
  write_all(packets.close(End::client), conversation.chunks.back().when);
}

Outcome<std::monostate> CaptureFiles::finish() {
  for (File* const file : {&capture_, &key_log_}) {
    close(*file);
    if (file->error != 0) {
      return unwritable(file->path, file->error);
    }
  }
  return std::monostate{};
}

OpenCommands open_commands(const std::string& capture, const std::string& key_log) {
  std::error_code ignored;
  const auto absolute = [&](const std::string& path) {
    const auto whole = std::filesystem::absolute(path, ignored).lexically_normal();
    return ignored ? path : whole.string();
  };
  const std::string file = quote(absolute(capture));
  const std::string keys = quote("tls.keylog_file:" + absolute(key_log));
  return {.wireshark = "wireshark " + file,
          .wireshark_key_log = "wireshark -o " + keys + " " + file,
          .tshark_key_log = "tshark -o " + keys + " -r " + file + " -Y http"};
}

}  // namespace heirloom::app::demo
