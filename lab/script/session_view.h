// A WorldView over a world and the records up to its moment.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lab/script/scenario.h"
#include "lab/script/world_view.h"
#include "sim/core/paged.h"
#include "sim/world.h"

namespace sockarium::script {

/// Cheap to make; what it learns from the records it learns when it is first asked, so make a new one for
/// another moment. All four must outlive it.
class SessionView final : public WorldView {
 public:
  /// `records` may go on after the moment of `world`: what comes later is not seen.
  SessionView(const World& world, const ByteStore& bytes, const PagedArray<Record>& records)
      : world_(world), bytes_(bytes), records_(records) {}

  Time time() const override { return world_.now; }
  std::vector<SocketRow> sockets(const std::string& host) const override;
  std::optional<ListenerRow> listener(const std::string& host, std::uint16_t port) const override;
  std::vector<CallRow> calls(const CallQuery& query) const override;
  std::vector<PacketRow> packets(const PacketQuery& query) const override;
  std::vector<RecordRow> records(const RecordQuery& query) const override;
  std::optional<RecordRow> record(RecordNumber number) const override;
  std::uint64_t counter(const std::string& host, Counter counter) const override;
  std::int64_t sysctl(const std::string& host, Sysctl id) const override;
  std::vector<DescriptorRow> descriptors(const std::string& host, const std::string& process) const override;
  std::vector<InFlightRow> in_flight(const std::string& host) const override;
  CostsRow costs(const std::string& host, const std::string& process) const override;
  std::vector<PortRow> ports(const std::string& host) const override;

  /// Is this record what the trigger speaks of (whatever its nth)? For whoever looks for the moments of a
  /// lesson.
  bool fits(const Trigger& trigger, RecordNumber number) const;

 private:
  const Record& at(RecordNumber number) const { return records_[number - 1]; }
  std::string host_name(HostId id) const;
  std::string process_name(ProcessId id) const;
  ProcessId process_of(const Record& record) const;
  ProcessId process_of(TaskId task) const;
  std::string owner_of(const Address& address, HostId asking) const;
  std::map<std::uint64_t, std::string> owners_of_files() const;
  bool fits(const RecordQuery& query, const Record& record) const;
  RecordRow row_of_record(RecordNumber number) const;
  /// «TCP *:8080 (LISTEN)», «unix @demo (ESTAB)», «pipe, to read»
  std::string what_is(OpenFileId file) const;

  const World& world_;
  const ByteStore& bytes_;
  const PagedArray<Record>& records_;
  mutable std::map<std::uint64_t, ProcessId> tasks_;  ///< whose a task is, also when it is over
  mutable RecordNumber tasks_known_ = 0;              ///< up to this record
};

}  // namespace sockarium::script
