-- What has a form of its own on paper, whichever program reads the chapters: an account, a source, a list of bare
-- addresses, the paragraph that leads to a table, and the head of a table that holds a link.

local stringify = pandoc.utils.stringify

local ONCE = "⟦h:⟧" -- in a table's head, while it is written

local forms = {}

local function raw_block(text) return pandoc.RawBlock("typst", text) end

-- The paragraph before a table says what it is of, and one that ends in a colon opens a list: it goes to the
-- next page with the first rows.
local function leads(b, after, is_table)
  if b.t ~= "Para" or not after then return false end
  if after.t == "BulletList" or after.t == "OrderedList" then return stringify(b):sub(-1) == ":" end
  return after.t == "Table" or is_table(after)
end

-- What opens a part that has a form of its own; it reaches to the next heading.
local function opens(b, number)
  if b.t ~= "Header" then return nil end
  if b.identifier:find("^claim%-") then return "#account(" .. number(b.identifier) .. ")[" end
  return b.identifier:find("^sec%-source%-") and "#source[" or nil
end

local function closes(b) return b.t == "Header" or b.t == "RawBlock" and b.text:find("^#show: ") ~= nil end

-- A list of bare addresses; of some the page alone has the address, and paper its name.
local function is_addresses(b)
  for _, item in ipairs(b.t == "BulletList" and b.content or {}) do
    local inlines = #item == 1 and item[1].content
    local last = inlines and inlines[#inlines]
    if last and last.t == "Span" and last.classes:includes "only-html" then last = last.content[1] end
    local is_address = last and last.t == "Link" and last.target == stringify(last.content)
    if not is_address and not stringify(item):find("^S%d+%s*$") then return false end
  end
  return b.t == "BulletList"
end

-- Blocks with their forms around them; `number` gives the number of an account, `is_table` knows what a table became.
-- Tables and blocks of an account are marked as its own.
function forms.around(blocks, number, is_table)
  local out, form = pandoc.Blocks {}, nil
  local function wrapped(name, b) out:extend { raw_block("#" .. name .. "["), b, raw_block("]") } end
  local function close() if form then out:insert(raw_block("]")) end end
  for i, b in ipairs(blocks) do
    if closes(b) then
      close()
      form = opens(b, number)
      if form then out:insert(raw_block(form)) end
    end
    if form and (b.t == "Table" or b.t == "Div") then b.attributes.account = "1" end
    if leads(b, blocks[i + 1], is_table) then wrapped("lead", b)
    elseif is_addresses(b) then wrapped("addresses", b)
    else out:insert(b) end
  end
  close()
  return out
end

-- What Typst repeats on a second page may hold no link, so a head with one is marked to stand on the first alone.
local function has_link(head)
  local found = false
  local function see(e) found = found or e.t ~= "Str" or e.text:find("⟦v:", 1, true) ~= nil end
  for _, row in ipairs(head.rows) do
    for _, cell in ipairs(row.cells) do cell.contents:walk { Link = see, Cite = see, Note = see, Str = see, RawInline = see } end
  end
  return found
end

function forms.once(t)
  if not has_link(t.head) then return false end
  local head = t.head
  local first = head.rows[1].cells[1].contents
  if not first[1] or not first[1].content then first:insert(1, pandoc.Plain {}) end
  first[1].content:insert(1, pandoc.RawInline("typst", ONCE))
  head.rows[1].cells[1].contents = first
  t.head = head
  return true
end

-- The Typst that pandoc wrote, in which heads so marked are not repeated.
function forms.finished(text) return (text:gsub("table%.header%(([%w%.%(%):, %[]-)" .. ONCE, "table.header(repeat: false, %1")) end

return forms
