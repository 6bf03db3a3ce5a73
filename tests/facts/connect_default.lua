-- With Linux's own settings a SYN goes out eleven times in two minutes.
-- fact 5.2-01
scenario { title = "connect by default", limits = "", stop_at = "3min" }
compare { stop_at = "5500ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }
filter(cli, "drop", { to = srv })

process(cli, "curl", { start = "1ms" }, function()
  connect(check(socket(AF_INET, SOCK_STREAM)), "srv", 80)
end)

expect("0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s, and ETIMEDOUT after 131 s", function(w)
  local call = w:calls { process = "curl", name = "connect", nth = 1 }
  local times = {}
  for i, packet in ipairs(w:packets { from = cli, flags = "SYN" }) do
    times[i] = string.format("%.0f", packet.sent - call.entered)
  end
  local got = table.concat(times, " ") .. " " .. call.errno .. string.format(" %.0f", call.returned - call.entered)
  return got == "0 1 2 3 4 5 7 11 19 35 67 ETIMEDOUT 131", got
end)
