scenario { version = 1, title = "The lowest free number", summary = "A number that was closed is given again.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(cli, "opener", function()
  local first = check(socket(AF_INET, SOCK_STREAM))
  local second = check(socket(AF_INET, SOCK_STREAM))
  check(close(first))
  print(second, check(socket(AF_INET, SOCK_STREAM)), check(socket(AF_INET, SOCK_STREAM)))
end)
