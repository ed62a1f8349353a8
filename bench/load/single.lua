-- POST /events: one random participant and one random key a call.
-- KEY: API key. PEOPLE: participants to choose from. CHECK=grants: each answer must hold exactly the three grants of program.json;
-- CHECK=status: each must be a processed event; without it, wrk counts the statuses and the caller compares the store afterwards.
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
dofile(folder .. "/report.lua")

local random, format, find = math.random, string.format, string.find
local people = tonumber(os.getenv("PEOPLE") or "100000")
local check = os.getenv("CHECK")

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = os.getenv("KEY") or ""

function init()
  seed()
end

function request()
  return wrk.format(nil, nil, nil, format(
    '{"participant_id":"user_%d","event_name":"purchase_completed","properties":{"amount":49.99,"currency":"USD","product_id":"prod_abc"},"idempotency_key":"%08x%08x%08x"}',
    random(1, people), random(0, 2147483647), random(0, 2147483647), random(0, 2147483647)))
end

if check then
  function response(status, headers, body)
    if status ~= 200 or not find(body, '"status":"processed"', 1, true) or (check == "grants" and not has_three_grants(body)) then
      refuse(status, body)
    end
  end
end
