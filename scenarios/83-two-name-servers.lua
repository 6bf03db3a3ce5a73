scenario {
  version = 1,
  id = "U4",
  title = "Two name servers",
  summary = "A resolver asks over UDP, waits, asks another server, and is told to come again over TCP.",
  goal = "Build what UDP leaves to the program: a time limit, another try, an id that tells which answer is whose, and a way for "
       .. "answers that are too long.",
  limits = "Follows Linux 6.18. The messages are shorter than DNS's (RFC 1035): an id, a flag and a text. A real resolver also "
       .. "chooses its ids and ports so that nobody guesses them.",
  notes = "Say: silence is no answer; how long to wait is the program's guess. A late answer to an old question still comes: the id "
       .. "tells. Avoid: 'UDP is unreliable, so nobody uses it'.",
  stop_at = "3s",
}

params {
  first = { default = "silent", values = { "silent", "late", "down", "well" },
            help = "the first server: drops the question, answers after 300 ms, has no program, or answers at once" },
  patience = { default = 200, min = 30, max = 500, unit = "ms", help = "how long the resolver waits for an answer" },
  socket = { default = "unconnected", values = { "unconnected", "connected" }, help = "connected: ICMP is heard (lesson U1)" },
  bytes = { default = 600, min = 1, max = 4000, help = "of the answer; beyond 512 it is cut, and fetched over TCP" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local one = host { name = "ns1", ip = "192.168.1.10" }
local two = host { name = "ns2", ip = "192.168.2.10" }
link { cli, one, delay = "10ms" }
link { cli, two, delay = "10ms" }
if params.first == "silent" then filter(one, "drop", { proto = "udp", port = 53 }) end

local longest = 512  -- bytes of an answer over UDP
local cut = 2        -- a flag of an answer: there was more (TC)

local function question(id) return string.pack("<I2s1", id, "www.example.org") end
local function answer(asked, limit)
  local fits = params.bytes <= limit
  return string.pack("<I2B", string.unpack("<I2", asked), fits and 0 or cut) .. (fits and string.rep("a", params.bytes) or "")
end

-- Over TCP a message has its length in front (RFC 7766).
local function receive_message(conn)
  local length = string.unpack(">I2", check(recv(conn, 2, MSG_WAITALL)))
  return check(recv(conn, length, MSG_WAITALL))
end

local function name_server(delay)
  return function()
    thread(function()
      local fd = check(socket(AF_INET, SOCK_STREAM))
      check(bind(fd, "0.0.0.0", 53))
      check(listen(fd, 5))
      while true do
        local conn = check(accept(fd))
        check(send(conn, string.pack(">s2", answer(receive_message(conn), 65000))))
        recv(conn, 1)  -- until the resolver has closed
        close(conn)
      end
    end)
    local fd = check(socket(AF_INET, SOCK_DGRAM))
    check(bind(fd, "0.0.0.0", 53))
    while true do
      local asked, from = check(recvfrom(fd, longest))
      if delay then sleep(delay) end
      check(sendto(fd, answer(asked, longest), from.ip, from.port))
    end
  end
end
if params.first ~= "down" then process(one, "named-1", name_server(params.first == "late" and "300ms" or nil)) end
process(two, "named-2", { start = "7ms" }, name_server())

process(cli, "resolver", { start = "30ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, params.patience / 1000))

  -- The flags of the answer to question `id`, or nil: none came in time.
  local function ask(server, id)
    if params.socket == "connected" then
      check(connect(fd, server, 53))
      check(send(fd, question(id)))
    else
      check(sendto(fd, question(id), server, 53))
    end
    while true do
      local text, err = recv(fd, longest + 3)
      if not text then
        print(server.name .. ": " .. err)
        return nil
      end
      local got, flags = string.unpack("<I2B", text)
      if got == id then return flags end
      print("to an old question: " .. got)
    end
  end

  local function fetch(server, id)
    local conn = check(socket(AF_INET, SOCK_STREAM))
    check(connect(conn, server, 53))
    check(send(conn, string.pack(">s2", question(id))))
    local text = receive_message(conn)
    close(conn)
    return #text
  end

  for try = 1, 4 do
    local server = try % 2 == 1 and one or two
    local flags = ask(server, 100 + try)
    if flags then
      print("question " .. 100 + try .. " is answered by " .. server.name)
      if flags & cut ~= 0 then print("fetched over TCP: " .. fetch(server, 100 + try) .. " bytes") end
      break
    end
  end
  sleep("600ms")
  local text = recv(fd, longest + 3, MSG_DONTWAIT)
  if text then print("too late, an answer to question " .. string.unpack("<I2", text)) end
end)

bookmark("asked", on { kind = "PacketSent", host = cli })
bookmark("asks-again", on { kind = "PacketSent", host = cli, nth = 2 })

-- What the resolver's calls sent over UDP, and when its loop ended: it sleeps then.
local function questions(w) return w:packets { from = cli, proto = "UDP" } end
local function over_tcp(w) return #w:packets { from = cli, flags = "SYN" } > 0 end
local function found(w)
  local slept = w:calls { process = "resolver", name = "sleep", nth = 1 }
  return slept and slept.entered - questions(w)[1].sent
end

at("asked", "The resolver asks ns1 ({params.first}). From now on it knows nothing: the question may be lost, or the answer, or the "
   .. "server may be slow. It has set itself a limit of {params.patience} ms.")
at("asks-again", "The resolver sends again{w:packets{from = 'cli', nth = 2}.dst == '192.168.2.10:53' and ', now to ns2 and with another id' or ''}. "
   .. "{duration(w.time - w:packets{from = 'cli', nth = 1}.sent)} have passed since the first question.")
at("end", "{#w:packets{from = 'cli', proto = 'UDP'}} questions over UDP; over TCP the resolver "
   .. "{#w:packets{from = 'cli', flags = 'SYN'} > 0 and 'asked once more, as the answer was cut' or 'asked nothing'}.")

predict {
  at = "end",
  ask = "ns1: {params.first}; the socket is {params.socket}; the resolver waits {params.patience} ms. How long after the first question "
     .. "has it what it needs?",
  type = "duration",
  tolerance = "15ms",
  answer = found,
}

predict {
  at = "end",
  ask = "The answer has {params.bytes} bytes, and UDP may bring 512. Over what has the resolver received it?",
  type = "choice",
  options = { "UDP", "TCP" },
  answer = function(w) return over_tcp(w) and "TCP" or "UDP" end,
}

-- fact 8-12
expect("who has no peer waits its time out; who has one hears at once that nobody is there", function(w)
  local tries = questions(w)
  if params.first == "well" or params.first == "late" and params.patience > 320 then return #tries == 1 end
  local waited = tries[2].sent - tries[1].sent
  if params.first == "down" and params.socket == "connected" then return waited < 0.03, waited end
  return waited >= params.patience / 1000 and waited < params.patience / 1000 + 0.02, waited
end)

expect("the second question goes to the other server", function(w)
  local tries = questions(w)
  return #tries == 1 or #tries == 2 and tries[1].dst == "192.168.1.10:53" and tries[2].dst == "192.168.2.10:53"
end)

expect("a long answer is cut, and fetched over TCP", function(w) return over_tcp(w) == (params.bytes > 512) end)
