-- Names of Unix sockets: paths, abstract ones, none. Each story runs to its end only if every call says what it should.
-- facts 9-02, 9-03, 9-04, 9-05, 9-06, 9-07, 9-08, 9-09, 9-10, 9-11, 9-12, 9-15, 9-16, 9-17, 9-36, 9-35
scenario { title = "names of Unix sockets", limits = "", stop_at = "2s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local other = host { name = "other", ip = "192.168.1.11" }
link { srv, other }
local box = container(srv, { name = "box", ip = "172.17.0.2" })
link { srv, box }

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, options, fn)
  options.start = started
  started = started + 0.05
  stories[#stories + 1] = name
  process(options.host or srv, name, { start = options.start, user = options.user or 0 }, function()
    fn()
    getpid()  -- it came to its end
  end)
end
local function stream() return check(socket(AF_UNIX, SOCK_STREAM)) end

story("bind", {}, function()
  local a, b = stream(), stream()
  is("", getsockname(a))
  is(true, bind(a, "/tmp/a"))
  is("/tmp/a", getsockname(a))
  is("EINVAL", bind(a, "/tmp/b"))
  is("EADDRINUSE", bind(a, "/tmp/a"))
  is("EADDRINUSE", bind(b, "/tmp/a"))
  is("EADDRINUSE", bind(b, "/tmp"))
  is("ENOENT", connect(b, "/tmp/b"))  -- the file that the refused bind had made is gone again
  is("EINVAL", bind(a, "@a"))
  is(true, bind(a, ""))  -- nothing to choose
  is("/tmp/a", getsockname(a))
  is("EINVAL", bind(b, "127.0.0.1", 80))
  is("ENXIO", open("/tmp/a", O_RDWR))
  is("EOPNOTSUPP", setsockopt(a, IPPROTO_TCP, TCP_NODELAY, 1))
  is("EOPNOTSUPP", setsockopt(a, SOL_SOCKET, SO_REUSEPORT, 1))
  is("EOPNOTSUPP", getsockopt(a, IPPROTO_IP, IP_RECVERR))
end)

story("nobody-there", {}, function()
  local a, b = stream(), stream()
  check(open("/tmp/file", O_CREAT | O_RDWR))
  is("ENOENT", connect(a, "/tmp/none"))
  is("ECONNREFUSED", connect(a, "/tmp/file"))
  is("ECONNREFUSED", connect(a, "/tmp/a"))  -- its owner is gone
  is("ECONNREFUSED", connect(a, "@none"))
  check(bind(b, "/tmp/bound"))
  is("ECONNREFUSED", connect(a, "/tmp/bound"))
  is("ENOTDIR", connect(a, "/tmp/file/x"))
  is("EINVAL", connect(a, ""))
  is("EINVAL", listen(a, 5))
  is("EINVAL", accept(a))
end)

story("outlives", {}, function()
  local l = stream()
  check(bind(l, "/tmp/old"))
  check(listen(l, 5))
  local c = stream()
  is(true, connect(c, "/tmp/old"))
  local conn, peer = check(accept(l))
  is("", peer)
  is("/tmp/old", getsockname(conn))
  is("/tmp/old", getpeername(c))
  is("", getpeername(conn))
  close(l)
  is(5, send(c, "hello"))
  is("hello", recv(conn, 10))
  local d = stream()
  is("ECONNREFUSED", connect(d, "/tmp/old"))
  check(setsockopt(d, SOL_SOCKET, SO_REUSEADDR, 1))
  is("EADDRINUSE", bind(d, "/tmp/old"))
  is(true, unlink("/tmp/old"))
  is("ENOENT", connect(c, "/tmp/old"))
  is(true, bind(d, "/tmp/old"))
  check(listen(d, 5))
  is(true, rename("/tmp/old", "/tmp/new"))
  local e = stream()
  is("ENOENT", connect(e, "/tmp/old"))
  is(true, connect(e, "/tmp/new"))
  is("/tmp/old", getpeername(e))  -- the socket keeps the name that it was given
end)

story("lengths", {}, function()
  local function path(n) return "/tmp/" .. string.rep("x", n - 5) end
  is(true, bind(stream(), path(107)))
  is(true, bind(stream(), path(108)))
  is("EINVAL", bind(stream(), path(109)))
  is("EINVAL", connect(stream(), path(109)))
  is(true, bind(stream(), "@" .. string.rep("y", 107)))
  is("EINVAL", bind(stream(), "@" .. string.rep("y", 108)))
end)

story("rights-of-files", { user = 1000 }, function()
  is("ENOENT", bind(stream(), "/none/a"))
  is("EACCES", bind(stream(), "/a"))
  is("EACCES", connect(stream(), "/tmp/bound"))
  is("EPERM", unlink("/tmp/bound"))
  is("EPERM", rename("/tmp/bound", "/tmp/mine"))
  is("EADDRINUSE", bind(stream(), "/tmp/bound"))
  is(true, bind(stream(), "/tmp/mine"))
end)

story("types", {}, function()
  for _, name in ipairs { "/tmp/type", "@type" } do
    local kinds = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET }
    for _, kind in ipairs(kinds) do
      local s = check(socket(AF_UNIX, kind))
      is(kind, getsockopt(s, SOL_SOCKET, SO_TYPE))
      check(bind(s, name))
      for _, another in ipairs(kinds) do
        if another ~= kind then
          local want = name == "@type" and "ECONNREFUSED" or "EPROTOTYPE"
          is(want, connect(check(socket(AF_UNIX, another)), name))
          if another == SOCK_DGRAM then is(want, sendto(check(socket(AF_UNIX, another)), "x", name)) end
        end
      end
      close(s)
      if name == "/tmp/type" then unlink(name) end
    end
  end
  local one, two = stream(), check(socket(AF_UNIX, SOCK_DGRAM))
  is(true, bind(one, "@both"))
  is(true, bind(two, "@both"))
end)

story("abstract", {}, function()
  local a, b = stream(), stream()
  is(true, bind(a, "@shared"))
  is("@shared", getsockname(a))
  is("EADDRINUSE", bind(b, "@shared"))
  close(a)
  is(true, bind(b, "@shared"))
  check(listen(b, 3))
  sleep("200ms")
end)

story("elsewhere", { host = other }, function()
  is("ECONNREFUSED", connect(stream(), "@shared"))
  is("ENOENT", connect(stream(), "/tmp/a"))
  is(true, bind(stream(), "@shared"))
end)

story("inside", { host = box }, function()  -- a container has the host's files, but abstract names of its own
  is("ECONNREFUSED", connect(stream(), "@shared"))
  is("ECONNREFUSED", connect(stream(), "/tmp/bound"))
  is("EADDRINUSE", bind(stream(), "/tmp/bound"))
  is(true, bind(stream(), "@shared"))
  is(true, connect(stream(), "/tmp/everywhere"))
end)
process(srv, "everywhere", function()
  local l = stream()
  check(bind(l, "/tmp/everywhere"))
  check(listen(l, 5))
  sleep(100)
end)

story("chosen", {}, function()
  local s = check(socket(AF_UNIX, SOCK_DGRAM))
  is(true, bind(s, ""))
  local name = getsockname(s)
  check(#name == 6 and string.sub(name, 1, 1) == "@")
  local t = check(socket(AF_UNIX, SOCK_DGRAM))
  is(2, sendto(t, "hi", name))
  is("hi", recv(s, 10))
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
