-- SPDX-License-Identifier: MIT
-- A small event bus: listeners subscribe by name and are called in order of priority.

local Bus = {}
Bus.__index = Bus

function Bus.new()
  return setmetatable({ listeners = {}, depth = 0, pending = {} }, Bus)
end

local function by_priority(a, b)
  if a.priority ~= b.priority then
    return a.priority > b.priority
  end
  return a.order < b.order
end

local next_order = 0

--- Calls `fn` whenever `name` is published. Returns a function that unsubscribes.
function Bus:on(name, fn, priority)
  assert(type(fn) == "function", "a listener must be a function")
  next_order = next_order + 1
  local entry = { fn = fn, priority = priority or 0, order = next_order, alive = true }
  local list = self.listeners[name] or {}
  self.listeners[name] = list
  table.insert(list, entry)
  table.sort(list, by_priority)
  return function()
    entry.alive = false
    for index, other in ipairs(list) do
      if other == entry then
        table.remove(list, index)
        break
      end
    end
  end
end

--- Publishes an event. A listener that returns false stops the others.
function Bus:publish(name, ...)
  local list = self.listeners[name]
  if not list then
    return 0
  end
  local copy = { table.unpack(list) } -- listeners may unsubscribe while we walk
  local called = 0
  for _, entry in ipairs(copy) do
    if entry.alive then
      called = called + 1
      if entry.fn(...) == false then
        break
      end
    end
  end
  return called
end

local bus = Bus.new()
local stop = bus:on("rain", function(mm)
  print(("close the windows, %d mm"):format(mm))
end, 10)
bus:on("rain", function(mm)
  if mm > 20 then
    print("and bring in the chairs")
  end
end)
bus:publish("rain", 25)
stop()
bus:publish("rain", 30)

return Bus
