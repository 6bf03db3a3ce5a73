#include "lab/compare/diag_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "sim/netlink/message.h"
#include "sim/netlink/pack.h"

namespace sockarium::compare {

namespace {

template <class Number>
std::string told(const char* word, const std::optional<Number>& number) {
  return number ? fmt::format(" {} {}", word, *number) : "";
}

std::string row_text(const netlink::InetRow& row, const SpokenNames& names) {
  return fmt::format("{} {} {} > {} recvq {} sendq {} uid {} timer {} retrans {}{}{}{}{}{}", row.family,
                     row.state, names.end(row.local), names.end(row.peer), row.receive_queue, row.send_queue,
                     row.user, static_cast<int>(row.timer), row.retransmits, row.inode != 0 ? " owned" : "",
                     told("shut", row.shutdown), told("v6only", row.ipv6_only), told("mark", row.mark),
                     told("options", row.options));
}

std::string row_text(const netlink::UnixRow& row, const SpokenNames& names) {
  std::string name = row.name.value_or("");
  if (!name.empty() && name[0] == '\0')
    name[0] = '@';
  else
    name.resize(std::min(name.find('\0'), name.size()));
  return fmt::format("unix {} {} '{}'{}{}{}{}{}{} shut {}", row.type, row.state, names.in_words(name),
                     row.peer ? (*row.peer != 0 ? " has a peer" : " peer 0") : "",
                     row.file ? " has a file" : "", told("recvq", row.receive_queue),
                     told("sendq", row.send_queue), told("uid", row.user),
                     row.pending ? fmt::format(" {} pending", row.pending->size()) : "", row.shutdown);
}

std::string message_text(const netlink::Message& message, const SpokenNames& names) {
  const std::string head = fmt::format("type {} flags {:#x} seq {} of {} bytes", message.type, message.flags,
                                       message.sequence, message.length);
  if (message.type == netlink::nlmsg_error || message.type == netlink::nlmsg_done)
    return fmt::format("{} {}", head, name(netlink::error_in(message)));
  if (!message.body.empty() && message.body[0] == af_unix) {
    const auto row = netlink::unix_row_in(message.body);
    return row ? head + " " + row_text(*row, names) : head;
  }
  const auto row = netlink::inet_row_in(message.body);
  return row ? head + " " + row_text(*row, names) : head;
}

}  // namespace

std::string diag_question_text(const Bytes& data, const SpokenNames& names, const ByteStore& bytes) {
  const std::string text = bytes.text(data);
  const std::vector<netlink::Message> messages = netlink::messages_in(text);
  if (messages.size() != 1 || messages[0].length != text.size() ||
      messages[0].type != netlink::sock_diag_by_family)
    return {};
  const netlink::Message& message = messages[0];
  const std::string head = fmt::format("question of {} bytes, flags {:#x}, seq {}", message.length,
                                       message.flags, message.sequence);
  if (!message.body.empty() && message.body[0] == af_unix) {
    const auto asked = netlink::unix_request_in(message.body);
    return asked ? fmt::format("{}, unix, states {:#x}, show {:#x}{}", head, asked->states, asked->show,
                               asked->inode != 0 ? ", one" : "")
                 : head;
  }
  const auto asked = netlink::inet_request_in(message.body);
  return asked ? fmt::format("{}, {} {}, states {:#x}, {} > {}", head, asked->family, asked->protocol,
                             asked->states, names.end(asked->local), names.end(asked->peer))
               : head;
}

std::string diag_answer_text(const SysResult& result, const SpokenNames& names, const ByteStore& bytes) {
  std::vector<std::string> rows;
  const std::string text = bytes.text(result.data);
  std::size_t whole = 0;
  for (const netlink::Message& message : netlink::messages_in(text)) {
    rows.push_back(message_text(message, names));
    whole += netlink::filled_up(message.length);
  }
  std::sort(rows.begin(), rows.end());
  return fmt::format("{} [{}]{}{}", result.value, fmt::join(rows, "; "),
                     whole < text.size() ? fmt::format(" and {} bytes", text.size() - whole) : "",
                     result.flags != 0 ? fmt::format(" flags {:#x}", result.flags) : "");
}

}  // namespace sockarium::compare
