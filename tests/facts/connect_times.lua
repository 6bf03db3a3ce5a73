-- How often a SYN is repeated, and when connect() gives up.
-- facts 5.1-23, 5.2-02, 5.2-03, 5.2-04
scenario { title = "connect times", limits = "", stop_at = "60s" }
compare { stop_at = "7700ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local old = host { name = "old", ip = "10.0.0.6", sysctl = { tcp_syn_linear_timeouts = 0, tcp_syn_retries = 4 } }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }
link { old, srv, delay = "5ms" }
filter(srv, "drop", { port = 80 })

process(old, "older", { start = "1ms" }, function()
  connect(check(socket(AF_INET, SOCK_STREAM)), "srv", 80)
end)
process(cli, "counts", { start = "2ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  print(getsockopt(fd, IPPROTO_TCP, TCP_SYNCNT))
  check(setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, 2))
  connect(fd, "srv", 80)
end)
process(cli, "hurries", { start = "3ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 3500))
  connect(fd, "srv", 80)
  sleep(100)
end)
process(cli, "limits", { start = "4ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, "300ms"))
  connect(fd, "srv", 80)
  connect(fd, "srv", 80)
  getsockname(fd)
  sleep(1)
end)

local function story(w, process, host)
  local call = w:calls { process = process, name = "connect", nth = 1 }
  local text = ""
  for _, packet in ipairs(w:packets { from = host, flags = "SYN" }) do
    local after = packet.sent - call.entered
    if math.abs(after - math.floor(after + 0.5)) < 0.0005 then text = text .. string.format("%.0f ", after) end
  end
  return text .. call.errno .. string.format(" %.1f", call.returned - call.entered)
end
local function expect_story(process, host, wanted)
  expect(process, function(w)
    local got = story(w, process, host)
    return got == wanted, got
  end)
end
expect_story("older", old, "0 1 3 7 15 ETIMEDOUT 31.0")
expect_story("counts", cli, "0 1 2 3 4 5 ETIMEDOUT 7.0")
expect_story("hurries", cli, "0 1 2 3 ETIMEDOUT 3.5")
expect("SO_SNDTIMEO ends the wait, not the attempt", function(w)
  local calls = w:calls { process = "limits", name = "connect" }
  return calls[1].errno == "EINPROGRESS" and calls[2].errno == "EALREADY" and calls[1].returned - calls[1].entered < 0.301
end)
