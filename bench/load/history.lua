-- GET /participants/{id}/events of one participant. Each answer must have the expected total.
-- KEY: API key. QUERY: the filters. TOTAL: events that match. PAGES: a random page of so many is asked for.
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$") or "."
dofile(folder .. "/report.lua")

local random, find = math.random, string.find
local query = os.getenv("QUERY") or ""
local pages = tonumber(os.getenv("PAGES") or "1")
local total = '"total":' .. (os.getenv("TOTAL") or "0") .. ","
local path

wrk.headers["X-API-Key"] = os.getenv("KEY") or ""

function init()
  seed()
  path = wrk.path
end

function request()
  return wrk.format(nil, path .. "?page_size=50&page=" .. random(1, pages) .. query)
end

function response(status, headers, body)
  if status ~= 200 or not find(body, total, 1, true) or count(body, '"event_name"') ~= 50 then
    refuse(status, body)
  end
end
