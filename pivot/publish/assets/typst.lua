-- The second pass for the PDF: a numbered chapter as Typst with holes; see `engine.lua`.

local common, spoken = ...
local stringify = pandoc.utils.stringify
local WRITE, kind, is_global, raw = common.WRITE, common.kind, common.is_global, common.raw
local raw_block, plain, plain_inlines, callout_kind = common.raw_block, common.plain, common.plain_inlines, common.callout_kind
local early_filter, reference_text, only, is_outside = common.early_filter, common.reference_text, common.only, common.is_outside
local is_in_book, callout_title = common.is_in_book, common.callout_title

local MANY = 8 -- columns, above which a table is looked at for whether it fits
local ONCE = "⟦h:⟧" -- in a table's head, while it is written
local LENGTHS = { ["%"] = 1, pt = 1, ["in"] = 1, cm = 1, mm = 1 }

local function typst_string(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"' end

return function(doc, job, o)
  local filter, early = early_filter(job, o, "typst")
  local function label(id) return is_global(id) and id or job.key .. "--" .. id end

  function filter.Header(h)
    local rel = h.attributes.secno
    if rel then
      h.attributes.secno = nil
      h.content:insert(1, raw("typst", "#secno[⟦s:" .. rel .. "⟧];"))
    end
    h.identifier = label(h.identifier)
    return h
  end

  function filter.Cite(c)
    local out = pandoc.Inlines {}
    for i, x in ipairs(c.citations) do
      if i > 1 then out:extend { pandoc.Str ",", pandoc.Space() } end
      if #x.prefix > 0 then out:extend(x.prefix) out:insert(pandoc.Str "\u{a0}") end
      out:extend { raw("typst", "#link(<⟦x:" .. x.id .. "⟧>)["), pandoc.Str(reference_text(c, x)), raw("typst", "];") }
      out:extend(x.suffix)
    end
    return out, false
  end

  function filter.Link(l)
    l.target = early(l.target)
    l.content = plain_inlines(l.content)
    if is_in_book(l.target) then
      local out = pandoc.Inlines { raw("typst", "#link(<⟦l:" .. l.target .. "⟧>)[") }
      out:extend(l.content:walk(filter))
      out:insert(raw("typst", "];"))
      return out, false
    elseif not is_outside(l.target) then
      return l.content:walk(filter), false
    end
    return l
  end

  function filter.Image(i)
    local alt = plain(i.attributes["fig-alt"] or stringify(i.caption)):gsub("⟦p:", "⟦q:")
    local number, unit = (i.attributes.width or ""):match("^([%d.]+)(%a*%%?)$")
    if unit == "px" or unit == "" then number, unit = number and number * 0.75, "pt" end
    if (i.attributes.width and not LENGTHS[unit]) or i.attributes.height then
      job.report("attribute", i.attributes.height and "height" or "width", "a picture is sized by its width alone, in % px in cm mm or pt")
    end
    local size = number and ", width: " .. number .. unit or ""
    local made = 'picture("⟦f:' .. early(i.src) .. '⟧", alt: ' .. typst_string(alt) .. size .. ")"
    return raw("typst", (i.attributes.block and "#" .. made or "#box(" .. made .. ")") .. ";"), false
  end

  function filter.Span(s)
    local alone = only(s, "typst", filter)
    if alone then return alone, false end
    if s.classes:includes "broken-guard" then
      local out = s.content:walk(filter)
      out:insert(1, raw("typst", "#broken-guard["))
      out:insert(raw("typst", "];"))
      return out, false
    elseif kind(s.identifier) == "eq" then
      local body = pandoc.write(pandoc.Pandoc { pandoc.Plain(s.content:walk { Math = filter.Math }) }, "typst", WRITE):gsub("%s+$", "")
      return raw("typst", "#equation[(⟦n:" .. s.identifier .. "⟧)][" .. body .. "] <" .. s.identifier .. ">"), false
    end
    for _, class in ipairs(s.classes) do
      local slug = class:match("^verdict%-(.+)$")
      if slug then
        local out = s.content:walk(filter)
        out:insert(1, raw("typst", '#verdict("' .. slug .. '")['))
        out:insert(raw("typst", "];"))
        return out, false
      end
    end
    if s.identifier ~= "" then s.identifier = label(s.identifier) end
    return s
  end

  -- A screen reader reads a formula by its words.
  function filter.Math(m)
    m.text = early(m.text)
    local alt = spoken(m.text)
    local body = pandoc.write(pandoc.Pandoc { pandoc.Plain { m } }, "typst", WRITE):gsub("%s+$", "")
    return raw("typst", "#formula(" .. typst_string(alt) .. ")[" .. body .. "];"), false
  end

  -- What Typst repeats on a second page may hold no link, so a head with one stands on the first alone.
  local function has_link(head)
    local found = false
    local function see(e) found = found or e.t ~= "Str" or e.text:find("⟦v:", 1, true) ~= nil end
    for _, row in ipairs(head.rows) do
      for _, cell in ipairs(row.cells) do cell.contents:walk { Link = see, Cite = see, Note = see, Str = see, RawInline = see } end
    end
    return found
  end

  function filter.Table(t)
    if has_link(t.head) then
      local head = t.head
      local first = head.rows[1].cells[1].contents
      if not first[1] or not first[1].content then first:insert(1, pandoc.Plain {}) end
      first[1].content:insert(1, raw("typst", ONCE))
      head.rows[1].cells[1].contents = first
      t.head = head
    end
    t.classes:insert "typst:no-figure"
    t.attributes["aria-labelledby"] = nil
    local is_account = t.attributes.account
    t.attributes.account = nil
    if t.identifier ~= "" then t.identifier = label(t.identifier) end
    if is_account then return t end
    return { raw_block("typst", #t.colspecs > MANY and "#wide[" or "#fitted["), t, raw_block("typst", "]") }
  end

  -- The paragraph before a table says what it is of, and one that ends in a colon opens a list: it goes to the
  -- next page with the first rows.
  local function leads(b, after)
    if b.t ~= "Para" or not after then return false end
    if after.t == "BulletList" or after.t == "OrderedList" then return stringify(b):sub(-1) == ":" end
    return after.t == "Table" or after.t == "Div" and after.attributes.kind == "tbl"
  end

  -- What opens a part that has a form of its own on paper; it reaches to the next heading.
  local function opens(b)
    if b.t ~= "Header" then return nil end
    if b.identifier:find("^claim%-") then return "#account(⟦k:" .. b.identifier .. "⟧)[" end
    return b.identifier:find("^sec%-source%-") and "#source[" or nil
  end

  -- A list of bare addresses, some of them for the page alone.
  local function is_addresses(b)
    for _, item in ipairs(b.t == "BulletList" and b.content or {}) do
      local inlines = #item == 1 and item[1].content
      local last = inlines and inlines[#inlines]
      if last and last.t == "Span" and last.classes:includes "only-html" then last = last.content[1] end
      if not last or last.t ~= "Link" or last.target ~= stringify(last.content) then return false end
    end
    return b.t == "BulletList"
  end

  function filter.Blocks(blocks)
    local out, form = pandoc.Blocks {}, nil
    local function wrapped(name, b) out:extend { raw_block("typst", "#" .. name .. "["), b, raw_block("typst", "]") } end
    local function close() if form then out:insert(raw_block("typst", "]")) end end
    for i, b in ipairs(blocks) do
      if b.t == "Header" then
        close()
        form = opens(b)
        if form then out:insert(raw_block("typst", form)) end
      end
      if form and (b.t == "Table" or b.t == "Div" and callout_kind(b)) then b.attributes.account = "1" end
      if leads(b, blocks[i + 1]) then wrapped("lead", b)
      elseif is_addresses(b) then wrapped("addresses", b)
      else out:insert(b) end
    end
    close()
    return out
  end

  function filter.Div(d)
    local alone = only(d, "typst", filter)
    if alone then return alone, false end
    if d.classes:includes "panel" then
      local out = pandoc.Blocks { raw_block("typst", "#panel(" .. d.attributes.cols .. ")[") }
      for i, part in ipairs(d.content) do
        if i > 1 then out:insert(raw_block("typst", "][")) end
        out:insert(part)
      end
      out:insert(raw_block("typst", "]"))
      return out:walk(filter), false
    end
    if d.classes:includes "aside" or d.classes:includes "front" then
      local out = pandoc.Blocks { raw_block("typst", "#aside[") }
      out:extend(d.content)
      out:insert(raw_block("typst", "]"))
      return out:walk(filter), false
    end
    if d.identifier == "refs" then return raw_block("typst", "#references[\n⟦b:⟧\n]"), false end
    local id = d.identifier ~= "" and " <" .. label(d.identifier) .. ">" or ""
    if d.classes:includes "exhibit" then
      local body = pandoc.Blocks(d.content)
      local caption = body:remove(#body).content
      local head = '#exhibit("' .. d.attributes.kind .. '"'
      local out = pandoc.Blocks {}
      if #caption > 0 then
        out:insert(raw_block("typst", head .. ", caption: ["))
        out:extend(caption)
        out:insert(raw_block("typst", "])["))
      else
        out:insert(raw_block("typst", head .. ")["))
      end
      out:extend(body)
      out:insert(raw_block("typst", "]" .. id))
      return out:walk(filter), false
    end
    local name, word = callout_kind(d)
    if name then
      local shown, title = callout_title(d, word)
      local line = pandoc.Inlines { pandoc.Str(shown) }
      if title then line:insert(raw("typst", "#h(0.6em);")) line:extend(title) end
      local head = '#callout("' .. name .. '", ['
      if d.attributes.account and title then head, line = "#published([" .. shown .. "], [", title end
      local out = pandoc.Blocks { raw_block("typst", head), pandoc.Plain(line), raw_block("typst", "])[") }
      out:extend(d.content)
      out:insert(raw_block("typst", "]" .. id))
      return out:walk(filter), false
    end
    if d.identifier ~= "" then d.identifier = label(d.identifier) end
    return d
  end

  filter.traverse = "topdown"
  local text = pandoc.write(doc:walk(filter), "typst", WRITE)
  return (text:gsub("table%.header%(([%w%.%(%):, %[]-)" .. ONCE, "table.header(repeat: false, %1"))
end
