scenario {
  version = 1,
  id = "B1",
  title = "A descriptor is a ticket",
  summary = "Two programs hold the same number, and mean two different sockets.",
  goal = "Tell apart the number, the open file behind it, the socket, and the port.",
  limits = "Follows Linux 6.18. One host, and no packet is sent; each call takes 1 µs.",
  notes = "Say: 3 is a ticket of this program's own cloakroom. Avoid: 'socket 3', as if every program meant the same "
       .. "by it; and 'a socket is IP and port': it exists before it has either.",
}

params {
  closes_first = { default = "nothing", values = { "nothing", "descriptor 0" },
                   help = "what mail closes before it makes its socket" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

local function serve(port)
  local fd = check(socket(AF_INET, SOCK_STREAM))
  sleep("10ms")  -- a socket is there; it has no address and no port, and nobody can reach it
  check(bind(fd, "0.0.0.0", port))
  check(listen(fd, 5))
  print("port", port, "is mine, under the number", fd)
  sleep("100ms")
end

process(srv, "web", function() serve(8080) end)

process(srv, "mail", { start = "5ms" }, function()
  if params.closes_first == "descriptor 0" then check(close(0)) end
  serve(8081)
end)

-- fact 1-01
bookmark("first-ticket", on { kind = "DescriptorOpened", process = "web" })
bookmark("second-ticket", on { kind = "DescriptorOpened", process = "mail" })
bookmark("no-port-yet", "9ms")
bookmark("both-listen", "50ms")

at("first-ticket", "socket() gives web a number: the lowest that is free. 0, 1 and 2 are its terminal.")
at("second-ticket", "mail asks for a socket, too. Numbers belong to a program: what web holds takes nothing from mail.")
at("no-port-yet", "Two sockets exist, and neither has a port. bind() will enter them into the port table, listen() lets "
   .. "connections in.")
at("both-listen", "Two tables of descriptors, two open files, two sockets, two entries in the port table: "
   .. "{#w:ports('srv')} ports are taken.")

-- The number under which a program's socket stands in its table.
local function number_of(w, name)
  for _, row in ipairs(w:fds(name)) do
    if string.find(row.what, "TCP", 1, true) then return row.fd end
  end
end

predict {
  at = "second-ticket",
  ask = "web holds its socket under the number {w:calls{process = 'web', name = 'socket', nth = 1}.result}. mail closes "
     .. "{params.closes_first} and calls socket(). Which number does it get?",
  type = "number",
  options = { 0, 3, 4, 8081 },
  answer = function(w) return number_of(w, "mail") end,
}

predict {
  at = "no-port-yet",
  ask = "Both programs have their sockets, and have not called bind() yet. How many rows does ss -tl show?",
  type = "number",
  options = { 0, 1, 2 },
  answer = function(w) return #w:sockets { host = srv, state = "LISTEN" } end,
}

predict {
  at = "both-listen",
  ask = "How many ports are taken on srv now?",
  type = "number",
  options = { 0, 1, 2 },
  answer = function(w) return #w:ports(srv) end,
}

expect("a program gets its lowest free number, whatever others hold", "both-listen", function(w)
  local expected = params.closes_first == "descriptor 0" and 0 or 3
  return number_of(w, "web") == 3 and number_of(w, "mail") == expected
end)

expect("a socket without a port is no row of ss -tl", "no-port-yet", function(w)
  return #w:sockets { host = srv, state = "LISTEN" } == 0 and #w:ports(srv) == 0
end)

expect("two sockets listen on two ports", "both-listen", function(w)
  return #w:sockets { host = srv, state = "LISTEN" } == 2 and #w:ports(srv) == 2
end)

expect("no packet was needed for any of that", function(w)
  return #w:packets {} == 0
end)
