-- Two containers on one host: each has its own ports, addresses, loopback and settings; the files are shared.
scenario { title = "containers", limits = "", stop_at = "2s" }

local box = host { name = "box", ip = "10.0.0.1" }
local one = container(box, { name = "one", ip = "172.17.0.2" })
local two = container(box, { name = "two", ip = "172.17.0.3", sysctl = { ip_local_port_range = "40000 40001" } })
link { box, one, delay = "5ms" }
link { box, two, delay = "5ms" }
link { one, two, delay = "5ms" }

local function serve(where, name)
  process(where, name, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", 80))
    check(listen(fd, 5))
    while true do
      local conn = check(accept(fd))
      check(send(conn, name))
      check(recv(conn, 10))
      close(conn)
    end
  end)
end
serve(box, "web-box")
serve(one, "web-one")
serve(two, "web-two")

process(box, "asks", { start = "20ms" }, function()
  for _, name in ipairs { "127.0.0.1", "one", "two" } do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, name, 80))
    print(check(recv(fd, 10)))
    check(send(fd, "thanks"))
    sleep("90ms")
    close(fd)
  end
end)

-- The loopback of a container is its own, and so are its ports: two are soon used up.
process(two, "inside", { start = "600ms" }, function()
  for i = 1, 3 do print(connect(check(socket(AF_INET, SOCK_STREAM)), "127.0.0.1", 80)) end
  sleep("10s")
end)

-- A file that one writes another can read: it is the same tree.
process(one, "writes", function()
  local fd = check(open("/tmp/note", O_WRONLY | O_CREAT))
  check(write(fd, "from one"))
end)
process(two, "reads", { start = "800ms" }, function()
  print(check(read(check(open("/tmp/note")), 20)))
end)

expect("each has a port 80 of its own", function(w)
  return w:listener(box, 80) ~= nil and w:listener(one, 80) ~= nil and w:listener(two, 80) ~= nil
end)
expect("the third connection inside finds no port", function(w)
  return w:calls { process = "inside", name = "connect", nth = 3 }.errno == "EADDRNOTAVAIL"
end)
expect("the file is there", function(w) return w:calls { process = "reads", name = "read" }[1].result == 8 end)
