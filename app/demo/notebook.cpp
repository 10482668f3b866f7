#include "demo/notebook.hpp"

#include <utility>

namespace heirloom::app::demo {

class Notebook::Page {
 public:
  std::vector<Note> notes;
};

/// Pen is the inspector of one end.
class Notebook::Pen final : public Inspector {
 public:
  Pen(std::shared_ptr<Page> page, End end) : page_(std::move(page)), end_(end) {}

  void message(Event::Direction direction, std::span<const std::uint8_t> message) override {
    if (direction == Event::Direction::sent) {
      Note note{.kind = Note::Kind::message, .end = end_, .bytes = copy(message)};
      page_->notes.push_back(std::move(note));
    }
  }

  void record(const InspectedRecord& record) override {
    if (record.direction == Event::Direction::sent) {
      Note note{.kind = Note::Kind::record,
                .end = end_,
                .bytes = {},
                .type = record.type,
                .plaintext_size = record.plaintext.size(),
                .unencrypted = copy(record.unencrypted),
                .wire = copy(record.wire)};
      page_->notes.push_back(std::move(note));
    }
  }

  void derived(DerivedValue what, std::span<const std::uint8_t> value) override {
    page_->notes.push_back(
        {.kind = Note::Kind::value, .end = end_, .bytes = copy(value), .value = what});
  }

 private:
  static Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

  std::shared_ptr<Page> page_;
  End end_;
};

Notebook::Notebook() : page_(std::make_shared<Page>()) {}

Notebook::~Notebook() = default;

Watchers Notebook::open_page() {
  page_->notes.clear();
  return {.client = std::make_shared<Pen>(page_, End::client),
          .server = std::make_shared<Pen>(page_, End::server)};
}

const std::vector<Note>& Notebook::notes() const noexcept {
  return page_->notes;
}

}  // namespace heirloom::app::demo
