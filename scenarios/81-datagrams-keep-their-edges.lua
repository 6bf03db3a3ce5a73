scenario {
  version = 1,
  id = "U2",
  title = "Datagrams keep their edges",
  summary = "Ten bytes, nothing, three bytes: three messages, and a reader whose buffer takes four bytes.",
  goal = "Say what one recv() gives of a datagram socket, what becomes of the rest, and what an empty result means.",
  limits = "Follows Linux 6.18.",
  notes = "Say: one recv() is one datagram, whole or cut; what is cut off is gone. Avoid: 'the rest comes with the next recv()', "
       .. "and '0 bytes mean that the other has closed', which is true of a stream only.",
  stop_at = "2s",
}

params {
  protocol = { default = "UDP", values = { "UDP", "TCP" }, help = "the same bytes as datagrams, or as a stream" },
  buffer = { default = 4, min = 1, max = 20, help = "bytes that the reader asks for" },
  flag = { default = "none", values = { "none", "MSG_TRUNC" }, help = "a flag of recvfrom(), for datagrams" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

local datagrams = params.protocol == "UDP"

process(srv, "reader", function()
  local fd = check(socket(AF_INET, datagrams and SOCK_DGRAM or SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 9000))
  if not datagrams then
    check(listen(fd, 5))
    fd = check(accept(fd))
  end
  sleep("500ms")  -- meanwhile everything arrives
  local flags = datagrams and params.flag == "MSG_TRUNC" and MSG_TRUNC or 0
  for _ = 1, datagrams and 3 or 20 do
    local data = check(recvfrom(fd, params.buffer, flags))
    print(#data .. " bytes: '" .. data .. "'")
    if data == "" and not datagrams then break end
  end
end)

process(cli, "writer", { start = "5ms" }, function()
  local fd = check(socket(AF_INET, datagrams and SOCK_DGRAM or SOCK_STREAM))
  check(connect(fd, "srv", 9000))
  for _, message in ipairs { "0123456789", "", "abc" } do
    check(send(fd, message))
    sleep("50ms")
  end
end)

bookmark("all-there", "400ms")

local function results(w)
  local list = {}
  for _, call in ipairs(w:calls { process = "reader", name = "recvfrom" }) do
    if call.result then list[#list + 1] = tostring(call.result) end
  end
  return table.concat(list, ", ")
end

-- What comes of 10, 0 and 3 bytes where edges are kept, and where they are not.
local function kept() return math.min(10, params.buffer) .. ", 0, " .. math.min(3, params.buffer) end
local function flowing()
  local list, left = {}, 13
  while left > 0 do
    list[#list + 1] = math.min(left, params.buffer)
    left = left - list[#list]
  end
  return table.concat(list, ", ") .. ", 0"
end
local function rest_later()  -- what many expect of datagrams
  local list, left = {}, 10
  while left > 0 do
    list[#list + 1] = math.min(left, params.buffer)
    left = left - list[#list]
  end
  return table.concat(list, ", ") .. ", 0, " .. math.min(3, params.buffer)
end

at(0, "writer sends «0123456789», an empty message and «abc», over {params.protocol}. reader asks for {params.buffer} bytes at a time.")
at("all-there", "Everything has arrived, and nothing is read. {w:counter('srv', 'TcpInSegs') > 0 and 'A stream is a row of bytes: where "
   .. "one send() ended, nobody knows any more.' or 'The receive queue holds datagrams, one behind the other.'}")
at("end", "reader has called recvfrom() {#w:calls { process = 'reader', name = 'recvfrom' }} times. Of the 13 bytes that writer sent, "
   .. "nothing waits any more: what reader has not seen is gone.")

predict {
  at = "end",
  ask = "reader's buffer takes {params.buffer} bytes (flag: {params.flag}). What did its recvfrom() calls give, over {params.protocol}?",
  type = "choice",
  options = { kept, flowing, rest_later, "10, 0, 3" },
  answer = results,
}

predict {
  at = "end",
  ask = "writer sent 13 bytes. How many of them has reader seen?",
  type = "number",
  options = { 0, 7, 13, function() return math.min(10, params.buffer) + math.min(3, params.buffer) end },
  answer = function(w)
    local sum = 0
    for _, call in ipairs(w:calls { process = "reader", name = "recvfrom" }) do
      sum = sum + math.min(call.result or 0, params.buffer)
    end
    return sum
  end,
}

-- facts 8-03, 8-04, 8-05
expect("a datagram comes whole or is cut, an empty one is no end; a stream has no edges", function(w)
  local want = not datagrams and flowing() or params.flag == "MSG_TRUNC" and "10, 0, 3" or kept()
  return results(w) == want, results(w)
end)

expect("an empty message is a packet of UDP, and none of TCP", function(w)
  local empty = 0
  for _, packet in ipairs(w:packets { from = cli, proto = "UDP" }) do
    if packet.length == 0 then empty = empty + 1 end
  end
  return empty == (datagrams and 1 or 0)
end)
