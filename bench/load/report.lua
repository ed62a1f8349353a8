-- Shared by the load scripts: seeding, counting what was refused, and one line of JSON at the end.
local threads = {}
local find = string.find

function setup(thread)
  table.insert(threads, thread)
  thread:set("refused", 0)
  thread:set("first_refusal", "")
end

-- Each thread draws its own numbers, in each run others.
function seed()
  local file = io.open("/dev/urandom", "rb")
  local a, b, c, d = file:read(4):byte(1, 4)
  file:close()
  math.randomseed(a + 256 * b + 65536 * c + 16777216 * (d % 64))
end

function refuse(status, body)
  refused = refused + 1
  if first_refusal == "" then
    first_refusal = status .. " " .. body:sub(1, 400)
  end
end

function count(text, part)
  local n, at = 0, 1
  while true do
    local from, to = find(text, part, at, true)
    if not from then
      return n
    end
    n, at = n + 1, to + 1
  end
end

-- 5, 49 and 10 points, in the order of the program, and nothing after them.
function has_three_grants(body)
  local _, first = find(body, '"amount":5,', 1, true)
  local _, second = find(body, '"amount":49,', first or 1, true)
  local _, third = find(body, '"amount":10,', second or 1, true)
  return first and second and third and not find(body, '"amount":', third, true)
end

function done(summary, latency, requests)
  local refusals, sample = 0, ""
  for _, thread in ipairs(threads) do
    refusals = refusals + (thread:get("refused") or 0)
    if sample == "" then
      sample = thread:get("first_refusal") or ""
    end
  end
  local errors = summary.errors
  if sample ~= "" then
    io.stderr:write("first refusal: " .. sample .. "\n")
  end
  io.write(string.format(
    'LAUREL {"requests":%d,"duration_us":%d,"refused":%d,"status_errors":%d,"socket_errors":%d,"p50_us":%d,"p99_us":%d,"max_us":%d}\n',
    summary.requests, summary.duration, refusals, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
