-- POST /events/batch: 100 events of random participants with random keys. Each answer must have processed all of them, with 300 grants.
-- KEY: API key. PEOPLE: participants to choose from.
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
dofile(folder .. "/report.lua")

local random, format, find = math.random, string.format, string.find
local people = tonumber(os.getenv("PEOPLE") or "100000")
local items = {}

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = os.getenv("KEY") or ""

function init()
  seed()
end

function request()
  for i = 1, 100 do
    items[i] = format(
      '{"participant_id":"user_%d","event_name":"purchase_completed","properties":{"amount":49.99,"currency":"USD","product_id":"prod_abc"},"idempotency_key":"%08x%08x%08x"}',
      random(1, people), random(0, 2147483647), random(0, 2147483647), random(0, 2147483647))
  end
  return wrk.format(nil, nil, nil, '{"events":[' .. table.concat(items, ",") .. "]}")
end

function response(status, headers, body)
  if status ~= 200 or not find(body, '"processed":100,', 1, true) or not find(body, '"failed":0', 1, true) or count(body, '"type":"points"') ~= 300 then
    refuse(status, body)
  end
end
