// Rows of a WorldView as tables of a script.
#pragma once

#include "lab/script/value.h"
#include "lab/script/world_view.h"

namespace sockarium::script {

Value table_of(const SocketRow& row);
Value table_of(const ListenerRow& row);
Value table_of(const CallRow& row);
Value table_of(const PacketRow& row);
Value table_of(const RecordRow& row);
Value table_of(const DescriptorRow& row);
Value table_of(const CostsRow& row);
Value table_of(const PortRow& row);
Value table_of(const InFlightRow& row);

}  // namespace sockarium::script
