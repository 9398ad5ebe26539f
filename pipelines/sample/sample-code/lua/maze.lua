-- Carves a maze with a random walk and prints it with hashes and spaces.

local width, height = tonumber(arg and arg[1]) or 15, tonumber(arg and arg[2]) or 9
local seed = tonumber(arg and arg[3]) or 7

-- A generator of our own, so that the same seed gives the same maze everywhere.
local state = seed
local function random(n)
  state = (state * 1103515245 + 12345) % 2147483648
  return math.floor(state / 65536) % n + 1
end

local grid = {}
for y = 1, 2 * height + 1 do
  grid[y] = {}
  for x = 1, 2 * width + 1 do
    grid[y][x] = "#"
  end
end

local directions = { { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, 0 } }

local function shuffled()
  local order = { 1, 2, 3, 4 }
  for i = 4, 2, -1 do
    local j = random(i)
    order[i], order[j] = order[j], order[i]
  end
  return order
end

local function inside(x, y)
  return x >= 1 and x <= width and y >= 1 and y <= height
end

local function carve(x, y)
  grid[2 * y][2 * x] = " "
  for _, index in ipairs(shuffled()) do
    local dx, dy = directions[index][1], directions[index][2]
    local nx, ny = x + dx, y + dy
    if inside(nx, ny) and grid[2 * ny][2 * nx] == "#" then
      grid[2 * y + dy][2 * x + dx] = " "
      carve(nx, ny)
    end
  end
end

carve(1, 1)
grid[1][2] = " "
grid[2 * height + 1][2 * width] = " "

for _, row in ipairs(grid) do
  print(table.concat(row))
end
