#include "lab/compare/parcel.h"

#include <cstring>
#include <type_traits>

namespace sockarium::compare {

namespace {

/// What a call hands over besides numbers, which does not travel with its flat form.
struct Payloads {
  using List = std::vector<Bytes*>;
  List operator()(sys::Send& call) const { return {&call.data}; }
  List operator()(sys::Sendto& call) const { return {&call.data, &call.path}; }
  List operator()(sys::Sendmsg& call) const { return {&call.data, &call.fds, &call.path}; }
  List operator()(sys::Setsockopt& call) const { return {&call.data}; }
  List operator()(sys::Write& call) const { return {&call.data}; }
  List operator()(sys::Inject& call) const { return {&call.packet}; }
  List operator()(sys::Bind& call) const { return {&call.path}; }
  List operator()(sys::Connect& call) const { return {&call.path}; }
  List operator()(sys::Open& call) const { return {&call.path}; }
  List operator()(sys::Unlink& call) const { return {&call.path}; }
  List operator()(sys::Rename& call) const { return {&call.from, &call.to}; }
  List operator()(sys::InotifyAddWatch& call) const { return {&call.path}; }
  List operator()(sys::Poll& call) const { return {&call.set}; }
  List operator()(sys::Select& call) const { return {&call.set}; }
  template <class Call>
  List operator()(Call&) const {
    return {};
  }
};

/// One walk over everything that is seen serves both ways: `Way` is a Packer or an Unpacker.
template <class Way, class Value>
void flat(Way& way, Value& value) {
  static_assert(std::is_trivially_copyable_v<Value>);
  way.raw(&value, sizeof value);
}

class Packer {
 public:
  explicit Packer(const ByteStore& bytes) : bytes_(bytes) {}
  void raw(const void* from, std::size_t size) { out.append(static_cast<const char*>(from), size); }
  void text(std::string& value) {
    auto size = static_cast<std::uint64_t>(value.size());
    flat(*this, size);
    raw(value.data(), value.size());
  }
  void payload(Bytes& value) {
    std::string content = bytes_.text(value);
    text(content);
  }
  template <class Item, class Each>
  void list(std::vector<Item>& items, Each each) {
    auto size = static_cast<std::uint64_t>(items.size());
    flat(*this, size);
    for (Item& item : items) each(*this, item);
  }
  void call(Syscall& value) {
    FlatCall form = flatten(value);
    flat(*this, form);
    for (Bytes* data : payloads_of(value)) payload(*data);
  }
  std::string out;

 private:
  const ByteStore& bytes_;
};

class Unpacker {
 public:
  Unpacker(std::string_view in, ByteStore& bytes) : in_(in), bytes_(bytes) {}
  void raw(void* to, std::size_t size) {
    whole_ = whole_ && size <= in_.size();
    if (!whole_) return;
    std::memcpy(to, in_.data(), size);
    in_.remove_prefix(size);
  }
  void text(std::string& value) {
    std::uint64_t size = 0;
    flat(*this, size);
    whole_ = whole_ && size <= in_.size();
    if (!whole_) return;
    value.assign(in_.substr(0, size));
    in_.remove_prefix(size);
  }
  void payload(Bytes& value) {
    std::string content;
    text(content);
    value = content.empty() ? Bytes{} : bytes_.intern(content);
  }
  template <class Item, class Each>
  void list(std::vector<Item>& items, Each each) {
    std::uint64_t size = 0;
    flat(*this, size);
    for (std::uint64_t i = 0; i < size && whole_; ++i) each(*this, items.emplace_back());
  }
  void call(Syscall& value) {
    FlatCall form;
    flat(*this, form);
    if (!whole_ || form.kind >= std::variant_size_v<Syscall>) {
      whole_ = false;
      return;
    }
    value = unflatten(form);
    for (Bytes* data : payloads_of(value)) payload(*data);
  }
  bool whole() const { return whole_ && in_.empty(); }

 private:
  std::string_view in_;
  ByteStore& bytes_;
  bool whole_ = true;
};

template <class Way>
void path(Way& way, TaskPath& value) {
  way.list(value, [](Way& w, std::uint32_t& part) { flat(w, part); });
}

template <class Way>
void carry(Way& way, SeenCall& call) {
  path(way, call.task);
  way.call(call.call);
  flat(way, call.line);
  flat(way, call.result);
  way.payload(call.result.data);
  way.payload(call.result.path);
  way.payload(call.result.fds);
  flat(way, call.returned);
  flat(way, call.blocked);
  flat(way, call.signal);
  flat(way, call.entered);
  flat(way, call.left);
}

template <class Way>
void carry(Way& way, SeenPacket& packet) {
  flat(way, packet.sent);
  flat(way, packet.link);
  flat(way, packet.packet);
  way.payload(packet.packet.payload);
  flat(way, packet.lost);
  flat(way, packet.why_lost);
  flat(way, packet.why_copied);
  way.list(packet.arrivals, [](Way& w, Time& at) { flat(w, at); });
}

template <class Way>
void carry(Way& way, Rest& rest) {
  way.text(rest.moment.name);
  flat(way, rest.moment.at);
  flat(way, rest.moment.until);
  way.list(rest.moment.calls, [](Way& w, auto& made) {
    path(w, made.first);
    flat(w, made.second);
  });
  way.list(rest.sockets, [](Way& w, SeenSocket& socket) { flat(w, socket); });
  way.list(rest.locals, [](Way& w, SeenLocal& local) {
    flat(w, local.host);
    flat(w, local.state);
    flat(w, local.type);
    flat(w, local.receive_queue);
    flat(w, local.send_queue);
    w.text(local.name);
  });
  way.list(rest.counters, [](Way& w, SeenCounter& counter) {
    flat(w, counter.host);
    w.text(counter.name);
    flat(w, counter.moved);
  });
}

template <class Way>
void carry(Way& way, Seen& seen) {
  way.list(seen.calls, [](Way& w, SeenCall& call) { carry(w, call); });
  way.list(seen.packets, [](Way& w, SeenPacket& packet) { carry(w, packet); });
  way.list(seen.rests, [](Way& w, Rest& rest) { carry(w, rest); });
  way.list(seen.notes, [](Way& w, std::string& note) { w.text(note); });
  flat(way, seen.late);
  way.text(seen.trouble);
}

}  // namespace

std::vector<Bytes*> payloads_of(Syscall& call) {
  return std::visit(Payloads{}, call);
}

std::string pack(const Seen& seen, const ByteStore& bytes) {
  Packer packer(bytes);
  Seen copy = seen;
  carry(packer, copy);
  return std::move(packer.out);
}

std::optional<Seen> unpack(std::string_view parcel, ByteStore& bytes) {
  Unpacker unpacker(parcel, bytes);
  Seen seen;
  carry(unpacker, seen);
  if (!unpacker.whole()) return std::nullopt;
  return seen;
}

}  // namespace sockarium::compare
