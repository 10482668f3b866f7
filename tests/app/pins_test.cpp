// The pin file's lines, and what is kept of a file that others edit and merge.
#include "pins/pin.hpp"
#include "pins/pin_list.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

const std::string kCertificate = "sha256:" + std::string(64, 'a');

Pin example(const std::string& box) {
  Pin pin;
  pin.box = box;
  pin.version = "tls1.0";
  pin.suite = "rc4-128";
  pin.hello = "tls1.0";
  pin.certificate = kCertificate;
  pin.port = 40123;
  pin.first_seen = "2026-01-31T12:00:00Z";
  pin.last_seen = "2026-02-01T08:30:00Z";
  return pin;
}

TEST(Pin, line_can_be_read_back) {
  Pin pin = example("[fe80::1]:8443");
  pin.trust = Pin::Trust::system;
  pin.other = {{"rack", "12"}, {"owner", "ops"}};
  const auto read = parse_pin(format_pin(pin));
  ASSERT_TRUE(std::holds_alternative<Pin>(read));
  EXPECT_EQ(std::get<Pin>(read), pin);
}

TEST(Pin, line_is_greppable_text) {
  EXPECT_EQ(format_pin(example("10.0.0.5:443")),
            "10.0.0.5:443 version=tls1.0 suite=rc4-128 hello=tls1.0 certificate=" + kCertificate +
                " trust=accepted port=40123 first-seen=2026-01-31T12:00:00Z "
                "last-seen=2026-02-01T08:30:00Z");
}

TEST(Pin, malformed_lines_are_named) {
  const std::string rest = " version=tls1.0 hello=x certificate=" + kCertificate;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nonsense", "it does not begin with HOST:PORT"},
      {"10.0.0.5:99999" + rest, "it does not begin with HOST:PORT"},
      {"10.0.0.5:443 version=tls9" + rest, "unknown version"},
      {"10.0.0.5:443 version=tls1.0 hello=x", "certificate is missing"},
      {"10.0.0.5:443 hello=x certificate=" + kCertificate, "version is missing"},
      {"10.0.0.5:443" + rest + "a", "certificate is not sha256: and 64 hexadecimal digits"},
      {"10.0.0.5:443" + rest + " port=x", "port is no port"},
      {"10.0.0.5:443" + rest + " trust=everybody", "trust is neither system nor accepted"},
      {"10.0.0.5:443" + rest + " version=tls1.0", "version is given twice"},
      {"10.0.0.5:443" + rest + " word", "\"word\" is not key=value"},
  };
  for (const auto& [line, expected] : cases) {
    const auto read = parse_pin(line);
    ASSERT_TRUE(std::holds_alternative<std::string>(read)) << line;
    EXPECT_EQ(std::get<std::string>(read), expected) << line;
  }
}

TEST(Pin, versions_are_ordered) {
  EXPECT_LT(version_rank("ssl3.0"), version_rank("tls1.0"));
  EXPECT_LT(version_rank("tls1.0"), version_rank("tls1.1"));
  EXPECT_LT(version_rank("tls1.2"), version_rank("tls1.3"));
  EXPECT_FALSE(version_rank("tls1").has_value());
}

TEST(PinList, keeps_what_it_does_not_understand) {
  const std::string text =
      "# my boxes\n\nbroken line here\n" + format_pin(example("a:443")) + " rack=12\n# end\n";
  PinList list(text);
  ASSERT_EQ(list.problems().size(), 1U);
  EXPECT_EQ(list.problems()[0].line, 3U);
  EXPECT_EQ(list.problems()[0].box, "broken");
  Pin changed = example("a:443");
  changed.port = 1;
  changed.first_seen = "2030-01-01T00:00:00Z";
  list.put(changed);
  list.put(example("b:443"));
  changed.first_seen = "2026-01-31T12:00:00Z";
  EXPECT_EQ(list.text(),
            "# my boxes\n\nbroken line here\n" + format_pin(changed) + " rack=12\n# end\n" +
                format_pin(example("b:443")) + "\n");
}

TEST(PinList, second_line_of_a_box_that_says_something_else_is_a_problem) {
  Pin other = example("a:443");
  other.version = "ssl3.0";
  const PinList list(format_pin(example("a:443")) + "\n" + format_pin(other) + "\n");
  ASSERT_EQ(list.problems().size(), 1U);
  EXPECT_EQ(list.problems()[0].line, 2U);
}

TEST(Pin, box_is_compared_in_one_form) {
  const std::string rest = " version=tls1.0 hello=x certificate=" + kCertificate;
  for (const auto& [typed, box] : {std::pair{"Box.Example:443", "box.example:443"},
                                   std::pair{"box.example:0443", "box.example:443"},
                                   std::pair{"[FE80::1]:8443", "[fe80::1]:8443"}}) {
    const auto read = parse_pin(typed + rest);
    ASSERT_TRUE(std::holds_alternative<Pin>(read)) << typed;
    EXPECT_EQ(std::get<Pin>(read).box, box);
  }
}

TEST(Pin, allow_names_weaknesses) {
  Pin pin = example("a:443");
  pin.allow = {"null"};
  const std::string line = format_pin(pin);
  EXPECT_NE(line.find(" allow=null "), std::string::npos);
  EXPECT_EQ(std::get<Pin>(parse_pin(line)), pin);
  const auto unknown =
      parse_pin("a:443 version=tls1.0 hello=x allow=null,nul certificate=" + kCertificate);
  EXPECT_EQ(std::get<std::string>(unknown), "allow names \"nul\", which is no weakness");
}

TEST(PinList, two_lines_that_agree_become_one) {
  Pin later = example("a:443");
  later.last_seen = "2027-01-01T00:00:00Z";
  PinList list(format_pin(example("a:443")) + "\n# between\n" + format_pin(later) + "\n");
  EXPECT_TRUE(list.problems().empty()) << "a union merge writes this";
  EXPECT_EQ(list.pins().size(), 1U);
  list.put(later);
  EXPECT_EQ(list.text(), format_pin(later) + "\n# between\n");
}

TEST(PinList, conflict_of_a_merge_makes_its_boxes_unusable) {
  const std::string a = format_pin(example("a:443"));
  const std::string b = format_pin(example("b:443"));
  const PinList list(a + "\n<<<<<<< ours\n" + b + "\n||||||| base\n=======\n" +
                     format_pin(example("c:443")) + "\n>>>>>>> theirs\n" +
                     format_pin(example("d:443")) + "\n");
  EXPECT_EQ(list.problems().size(), 6U);
  EXPECT_NE(list.find("a:443"), nullptr);
  EXPECT_NE(list.find("d:443"), nullptr);
  for (const std::string& box : std::vector<std::string>{"b:443", "c:443"}) {
    EXPECT_EQ(list.find(box), nullptr) << box;
    ASSERT_NE(list.problem_of(box), nullptr) << box;
    EXPECT_EQ(list.problem_of(box)->what, "it stands in a conflict that a merge has left") << box;
  }
  EXPECT_EQ(list.problem_of("a:443"), nullptr);
}

TEST(PinList, conflict_without_an_end_reaches_to_the_end) {
  const PinList list("<<<<<<< ours\n" + format_pin(example("a:443")) + "\n");
  EXPECT_EQ(list.find("a:443"), nullptr);
  EXPECT_NE(list.problem_of("a:443"), nullptr);
}

TEST(PinList, bad_line_is_about_every_box_that_it_may_mean) {
  const std::string rest = " version=tls1.0 hello=x certificate=sha256:12";
  for (const std::string& line : std::vector<std::string>{"10.0.0.5:443" + rest,
                                                          "10.0.0.5" + rest,
                                                          "10.0.0.5 443" + rest,
                                                          "x " + rest + " 10.0.0.5:443",
                                                          "+10.0.0.5:443" + rest,
                                                          "10.0.0.5:443version=tls1.0",
                                                          "10.0.0.5:443,10.0.0.6:443" + rest}) {
    const PinList list(line + "\n");
    EXPECT_NE(list.problem_of("10.0.0.5:443"), nullptr) << line;
    EXPECT_EQ(list.problem_of("10.0.0.50:443"), nullptr) << line;
    EXPECT_EQ(list.problem_of("0.0.0.5:443"), nullptr) << line;
    EXPECT_EQ(list.problem_of("10.0.0.5:4433"),
              line.starts_with("10.0.0.5 ") ? &list.problems()[0] : nullptr)
        << line;
  }
  EXPECT_NE(PinList("BOX.example:443 broken\n").problem_of("box.example:443"), nullptr);
  EXPECT_EQ(PinList("# 10.0.0.5:443 is gone\n").problem_of("10.0.0.5:443"), nullptr);
}

TEST(PinList, erase_takes_contradicting_lines_too) {
  Pin other = example("a:443");
  other.version = "ssl3.0";
  PinList list(format_pin(example("a:443")) + "\n# stays\n" + format_pin(other) + "\n");
  EXPECT_TRUE(list.erase("a:443"));
  EXPECT_FALSE(list.erase("a:443"));
  EXPECT_EQ(list.text(), "# stays\n");
}

TEST(PinList, reads_carriage_returns_of_other_editors) {
  const PinList list(format_pin(example("a:443")) + "\r\n");
  ASSERT_NE(list.find("a:443"), nullptr);
  EXPECT_EQ(list.find("a:443")->last_seen, "2026-02-01T08:30:00Z");
}

}  // namespace
}  // namespace heirloom::app
