-- The one filter, run by `pandoc lua` as a resident worker: reads jobs, one JSON object a line, and
-- answers each with one JSON line. `reading.lua` brings a chapter to the shapes that are compiled here.
--
-- A chapter becomes an object: HTML and Typst with holes for what only the whole book knows. The linker
-- (pivot/publish/embedded/linker.py) fills them:
--   ⟦v:key⟧   a value, linked to its ledger entry      ⟦p:key⟧  a value as plain text
--   ⟦q:key⟧   a value within a Typst string            ⟦s:n⟧    a number within the chapter, to be prefixed
--   ⟦t:id⟧    the text of a reference ("Figure 2.1")   ⟦n:id⟧   its number alone
--   ⟦c:i⟧     the i-th citation of the chapter         ⟦b:⟧     the bibliography
--   ⟦l:dest⟧  the Typst label of a link's destination  ⟦x:id⟧   the Typst label of a reference's
--   ⟦f:src⟧   the path of a picture                    ⟦d:src⟧  a link to the data of a picture
--   ⟦o:⟧ ⟦e:⟧ around what this output alone shows
-- and in HTML the attributes href="doc:dest", href="xref:id" and src="image:src".

local stringify, json = pandoc.utils.stringify, pandoc.json

local READ = pandoc.ReaderOptions { columns = 100000 } -- so that no pipe table gets widths from its source
local WRITE = pandoc.WriterOptions { html_math_method = "mathml", wrap_text = "preserve" }
local read = dofile((arg[0]:gsub("engine%.lua$", "reading.lua")))
local KINDS = {
  fig = 1, tbl = 1, eq = 1, sec = 1, lst = 1, nte = 1, tip = 1, wrn = 1, imp = 1, cau = 1,
  thm = 1, lem = 1, cor = 1, prp = 1, cnj = 1, def = 1, exm = 1, exr = 1, sol = 1, rem = 1, alg = 1,
}
local EXHIBITS = { fig = 1, tbl = 1, lst = 1 }
local WIDTH = 72 -- characters of a line, of which a grid table's columns take their parts
local CALLOUTS = {
  ["callout-note"] = "Note", ["callout-tip"] = "Tip", ["callout-warning"] = "Warning",
  ["callout-important"] = "Important", ["callout-caution"] = "Caution",
}

local function kind(id)
  local k = (id or ""):match("^(%l+)%-")
  return KINDS[k] and k
end

-- Ids that name one place in the whole book; all others are made unique by the chapter's key in Typst.
local function is_global(id) return kind(id) or id:sub(1, 6) == "claim-" end

local function raw(format, text) return pandoc.RawInline(format, text) end
local function raw_block(format, text) return pandoc.RawBlock(format, text) end

local function plain(text) return (text:gsub("⟦v:", "⟦p:")) end

-- Values lose their links where a link can not stand: in headings, links, captions of disclosure widgets.
local function plain_inlines(inlines)
  return inlines:walk { Str = function(s) s.text = plain(s.text) return s end }
end

local function callout_kind(div)
  for class, word in pairs(CALLOUTS) do
    if div.classes:includes(class) then return class:sub(9), word end
  end
end

local function blocks_of(text) return pandoc.read(text, "markdown", READ).blocks end

local function has_content(blocks) return #blocks > 0 and stringify(blocks) ~= "" end

-- Figures, tables and listings with a caption or a label become one shape, a div: content, then caption.
local function exhibit(id, k, content, caption)
  local blocks = pandoc.Blocks(content)
  if k == "fig" then blocks = blocks:walk { Image = function(i) i.attributes.block = "1" return i end } end
  local cap = pandoc.Div(caption, { class = "exhibit-caption" })
  blocks:insert(cap)
  return pandoc.Div(blocks, pandoc.Attr(id, { "exhibit" }, { { "kind", k } }))
end

-- What a grid table says of its columns' widths, as parts of a line; of the one that we read it by they are
-- next to nothing.
local function line_widths(t)
  local sum = 0
  for _, spec in ipairs(t.colspecs) do sum = sum + (spec[2] or 0) end
  if sum == 0 or sum > 0.1 then return end
  local scale = math.min(READ.columns / WIDTH, 1 / sum)
  t.colspecs = t.colspecs:map(function(spec) return { spec[1], spec[2] and spec[2] * scale } end)
end

-- Column widths as Quarto reads them: tbl-colwidths="[60,40]".
local function set_widths(t, text)
  local widths, sum = {}, 0
  for w in (text or ""):gmatch("[%d.]+") do widths[#widths + 1] = tonumber(w) sum = sum + tonumber(w) end
  if #widths == #t.colspecs then
    t.colspecs = t.colspecs:map(function(spec, i) return { spec[1], widths[i] / sum } end)
  end
end

-- A sentence whose guard fell: everything on its line before the comment.
local function mark_broken(doc)
  return doc:walk { Inlines = function(inlines)
    local out, start, changed = pandoc.Inlines {}, 1, false
    for _, x in ipairs(inlines) do
      if x.t == "RawInline" and x.text:find("^<!%-%- *holds:") then
        local sentence = pandoc.Inlines {}
        while #out >= start do sentence:insert(1, out:remove(#out)) end
        if #sentence > 0 and sentence[#sentence].t == "Space" then sentence:remove(#sentence) end
        out:insert(pandoc.Span(sentence, { class = "broken-guard" }))
        changed = true
      else
        out:insert(x)
        if x.t == "SoftBreak" or x.t == "LineBreak" then start = #out + 1 end
      end
    end
    if changed then return out end
  end }
end

-- First pass, the same for every output: numbers, labels, captions, citations.
local function number(doc, job, o)
  local counts, sections, seen_title, panel = {}, {}, false, nil

  -- A part of a panel has the number of the panel and a letter, and is of its kind.
  local function label(id, part)
    local k = kind(id)
    if part then
      o.labels[#o.labels + 1] = { id = id, kind = panel.kind, n = panel.n .. " (" .. part .. ")" }
    else
      counts[k] = (counts[k] or 0) + 1
      o.labels[#o.labels + 1] = { id = id, kind = k, n = tostring(counts[k]) }
    end
  end

  local function note_id(id) if id ~= "" then o.ids[#o.ids + 1] = id end end

  -- The caption starts with the number, which is the text of a reference to itself.
  local function numbered(blocks, id, part)
    if kind(id) then label(id, part) end
    if kind(id) or part then
      local first = blocks[1]
      if not first or not first.content then blocks:insert(1, pandoc.Plain {}) first = blocks[1] end
      local sep = has_content(blocks) and { pandoc.Str(part and "" or ":"), pandoc.Space() } or {}
      local text = part and "(" .. part .. ")" or "⟦t:" .. id .. "⟧"
      local head = pandoc.Inlines { pandoc.Span(pandoc.Inlines { pandoc.Str(text) } .. sep, { class = "caption-number" }) }
      first.content = head .. first.content
    end
    return blocks
  end

  local function take_part(e)
    local part = e.attributes.part
    e.attributes.part = nil
    return part
  end

  return doc:walk {
    traverse = "topdown",
    Header = function(h)
      note_id(h.identifier)
      h.content = plain_inlines(h.content)
      h.content:walk { Math = function(m)
        if m.text:find("\\", 1, true) then job.report("text", m.text, "the contents can not show this formula of a heading; say it in words") end
      end }
      local text, rel = stringify(h.content), ""
      local counted = job.number and not h.classes:includes "unnumbered"
      if not seen_title then
        seen_title = true
        o.title, o.id, o.numbered = text, h.identifier, counted
        o.labels[#o.labels + 1] = { id = h.identifier, kind = "sec", n = "", chapter = true }
      else
        if h.level == 1 then
          job.report("heading", text:match("%S+") or "", "a chapter has one heading of the first level; make this one a section, or a chapter of its own")
        end
        if counted and o.numbered and h.level > 1 then
          sections[h.level] = (sections[h.level] or 0) + 1
          for l = h.level + 1, 6 do sections[l] = nil end
          local t = {}
          for l = 2, h.level do t[#t + 1] = sections[l] or 0 end
          rel = table.concat(t, ".")
        end
        o.labels[#o.labels + 1] = { id = h.identifier, kind = "sec", n = rel }
        local listed = not h.classes:includes "unlisted"
        o.heads[#o.heads + 1] = { level = h.level, id = h.identifier, text = text, listed = listed }
        counted = rel ~= ""
      end
      h.classes = h.classes:filter(function(c) return c ~= "unnumbered" end)
      if counted then h.attributes.secno = rel end
      return h, false
    end,
    Figure = function(f)
      note_id(f.identifier)
      return exhibit(f.identifier, "fig", f.content, numbered(f.caption.long, f.identifier, take_part(f)))
    end,
    Table = function(t)
      note_id(t.identifier)
      line_widths(t)
      set_widths(t, t.attributes["tbl-colwidths"])
      t.attributes["tbl-colwidths"] = nil
      local id, caption, part = t.identifier, t.caption.long, take_part(t)
      if id == "" and not part and not has_content(caption) then return t end
      t.identifier, t.caption = "", { long = {} }
      if id ~= "" then t.attributes["aria-labelledby"] = id .. "-caption" end
      return exhibit(id, "tbl", { t }, numbered(caption, id, part))
    end,
    CodeBlock = function(c)
      note_id(c.identifier)
      if kind(c.identifier) == "lst" then
        local id, caption = c.identifier, blocks_of(c.attributes["lst-cap"] or "")
        c.identifier, c.attributes["lst-cap"] = "", nil
        return exhibit(id, "lst", { c }, numbered(caption, id, take_part(c)))
      end
    end,
    Div = function(d)
      note_id(d.identifier)
      local k = kind(d.identifier)
      if EXHIBITS[k] and not d.classes:includes "exhibit" then
        local part = take_part(d)
        local caption = d.content[#d.content]
        if caption and caption.t == "Para" and #d.content > 1 then
          d.content:remove(#d.content)
          caption = pandoc.Blocks { pandoc.Plain(caption.content) }
        else
          caption = pandoc.Blocks {}
        end
        for _, b in ipairs(d.content) do
          if b.t == "Table" and b.identifier == "" then
            b.attributes["aria-labelledby"] = d.identifier .. "-caption"
            set_widths(b, d.attributes["tbl-colwidths"])
          end
        end
        caption = numbered(caption, d.identifier, part)
        local first = d.content[1]
        if first and first.t == "Div" and first.classes:includes "panel" then panel = { kind = k, n = tostring(counts[k]) } end
        return exhibit(d.identifier, k, d.content, caption)
      end
      if d.classes:includes "statement" and k then label(d.identifier) end
      if callout_kind(d) then
        if k then label(d.identifier) end
        local h = d.content[1]
        if h and h.t == "Header" then d.content[1] = pandoc.Div({ pandoc.Plain(h.content) }, { class = "callout-head" }) end
        return d
      end
    end,
    Span = function(s)
      note_id(s.identifier)
      if kind(s.identifier) == "eq" then label(s.identifier) return s, false end
    end,
    Cite = function(c)
      if kind(c.citations[1].id) then return c, false end
      local keys = {}
      for _, x in ipairs(c.citations) do keys[#keys + 1] = x.id end
      local text = pandoc.write(pandoc.Pandoc { pandoc.Plain { c } }, "markdown", WRITE):gsub("%s+$", "")
      o.cites[#o.cites + 1] = { text = text, keys = keys }
      return raw("hole", "⟦c:" .. #o.cites .. "⟧"), false
    end,
  }
end

local function is_comment(e) return e.format == "html" and e.text:find("^<!%-%-") end

-- What both outputs share in the second pass. A value inside code, mathematics, raw text or the target of a
-- link can not wait for the linker: it becomes an input of the object.
local function early_filter(job, o, format)
  local function early(text)
    return (text:gsub("⟦v:([^⟧]*)⟧", function(key)
      o.early[key] = job.values[key]
      return job.values[key]
    end))
  end
  local filter = {
    Code = function(e) e.text = early(e.text) return e end,
    CodeBlock = function(e) e.text = early(e.text) return e end,
    Math = function(e) e.text = early(e.text) return e end,
    RawBlock = function(e)
      if is_comment(e) then return {} end
      e.text = early(e.text)
      return e
    end,
    RawInline = function(e)
      if e.format == "hole" then return raw(format, e.text) end
      if is_comment(e) then return {} end
      e.text = early(e.text)
      return e
    end,
  }
  return filter, early
end

local function reference_text(c, x)
  return ((x.mode == "SuppressAuthor" or #x.prefix > 0) and "⟦n:" or "⟦t:") .. x.id .. "⟧"
end

-- What one output alone shows: between marks in that one, nothing in the other.
local function only(e, format, filter)
  local mine = e.classes:includes("only-" .. format)
  if not mine and not e.classes:includes(format == "html" and "only-typst" or "only-html") then return nil end
  if not mine then return {} end
  local make = e.t == "Div" and raw_block or raw
  local out = e.content:walk(filter)
  out:insert(1, make(format, "⟦o:⟧"))
  out:insert(make(format, "⟦e:⟧"))
  return out
end

local function is_outside(target) return target:find("^%a[%w+.-]*:") or target:sub(1, 2) == "//" end
local function is_in_book(target) return target:sub(1, 1) == "#" or target:find("%.qmd$") or target:find("%.qmd#") end

local function callout_title(d, word)
  local title = d.attributes.title and blocks_of(d.attributes.title)[1]
  title = title and title.content
  local head = d.content[1]
  if head and head.t == "Div" and head.classes:includes "callout-head" then
    title = head.content[1].content
    d.content:remove(1)
  end
  local name = kind(d.identifier) and "⟦t:" .. d.identifier .. "⟧" or word
  return name, title and plain_inlines(title)
end

local function attributes(e)
  for key, value in pairs(e.attributes) do
    if value:find("⟦v:", 1, true) then e.attributes[key] = plain(value) end
  end
end

-- Screen readers are told what each head of a table stands over; the first cell of a row is the row's. A
-- column's side becomes a class, since the pages' policy allows no style in a tag.
local SIDES = { AlignRight = "right", AlignCenter = "centre" }

local function with_heads(t)
  local sides = t.colspecs:map(function(spec) return SIDES[spec[1]] or "" end)

  local function marked(rows, scope)
    return rows:map(function(row)
      local column = 1
      row.cells = row.cells:map(function(cell)
        local side = SIDES[cell.alignment] or sides[column]
        if side ~= "" then cell.classes:insert(side) end
        cell.alignment = "AlignDefault"
        cell.attributes.scope = scope == "col" and "col" or column == 1 and "row" or nil
        column = column + cell.col_span
        return cell
      end)
      return row
    end)
  end

  local head, foot = t.head, t.foot
  head.rows, foot.rows = marked(head.rows, "col"), marked(foot.rows, "row")
  t.head, t.foot = head, foot
  t.bodies = t.bodies:map(function(body)
    body.head, body.body = marked(body.head, "col"), marked(body.body, "row")
    body.row_head_columns = 1
    return body
  end)
  t.colspecs = t.colspecs:map(function(spec) return { "AlignDefault", spec[2] } end)
  return t
end

local PIXELS = { px = 1, pt = 96 / 72, ["in"] = 96, cm = 96 / 2.54, mm = 96 / 25.4 }

local function to_html(doc, job, o)
  local filter, early = early_filter(job, o, "html")

  function filter.Header(h)
    local rel = h.attributes.secno
    if rel then
      h.attributes.secno = nil
      h.content:insert(1, pandoc.Space())
      h.content:insert(1, pandoc.Span({ pandoc.Str("⟦s:" .. rel .. "⟧") }, { class = "secno" }))
    end
    return h
  end

  function filter.Cite(c)
    local out = pandoc.Inlines {}
    for i, x in ipairs(c.citations) do
      if i > 1 then out:extend { pandoc.Str ",", pandoc.Space() } end
      if #x.prefix > 0 then out:extend(x.prefix) out:insert(pandoc.Str "\u{a0}") end
      out:insert(pandoc.Link(reference_text(c, x), "xref:" .. x.id, "", { class = "xref" }))
      out:extend(x.suffix)
    end
    return out, false
  end

  function filter.Link(l)
    l.target = early(l.target)
    l.content = plain_inlines(l.content)
    if is_in_book(l.target) then l.target = "doc:" .. l.target
    elseif not is_outside(l.target) then l.target = "file:" .. l.target end
    attributes(l)
    return l
  end

  function filter.Image(i)
    i.src = "image:" .. early(i.src)
    i.attributes.alt = plain(i.attributes["fig-alt"] or stringify(i.caption))
    i.attributes["fig-alt"], i.attributes.block = nil, nil
    local number, unit = (i.attributes.width or ""):match("^([%d.]+)(%a+)$")
    if PIXELS[unit] then i.attributes.width = tostring(math.floor(number * PIXELS[unit] + 0.5)) end
    i.caption = {}
    attributes(i)
    return i
  end

  function filter.Span(s)
    attributes(s)
    local alone = only(s, "html", filter)
    if alone then return alone, false end
    if s.classes:includes "broken-guard" then
      local out = s.content:walk(filter)
      out:insert(raw("html", ' <span class="guard-note">[no longer holds]</span></mark>'))
      out:insert(1, raw("html", '<mark class="broken-guard">'))
      return out, false
    elseif kind(s.identifier) == "eq" then
      s.content:insert(pandoc.Span({ pandoc.Str("(⟦n:" .. s.identifier .. "⟧)") }, { class = "equation-number" }))
      return s
    end
    return s
  end

  -- What may be wider than the page scrolls in a region of its own, which the keyboard reaches.
  local function region(class, key, name)
    return 'class="' .. class .. '" role="region" tabindex="0" ' .. key .. '="' .. name:gsub("&", "&amp;"):gsub('"', "&quot;") .. '"'
  end

  function filter.Table(t)
    local key, by = "aria-labelledby", t.attributes["aria-labelledby"]
    if not by then
      local names = {}
      for _, row in ipairs(t.head.rows) do
        for _, cell in ipairs(row.cells) do names[#names + 1] = stringify(cell.contents) end
      end
      key, by = "aria-label", plain("Table: " .. table.concat(names, ", "))
    end
    return { raw_block("html", "<div " .. region("table-scroll", key, by) .. ">"), with_heads(t), raw_block("html", "</div>") }
  end

  function filter.Math(m)
    m.text = early(m.text)
    if m.mathtype ~= "DisplayMath" then return m end
    return { raw("html", "<span " .. region("math-scroll", "aria-label", "Formula") .. ">"), m, raw("html", "</span>") }, false
  end

  function filter.Div(d)
    attributes(d)
    local alone = only(d, "html", filter)
    if alone then return alone, false end
    if d.classes:includes "panel" then
      d.classes:insert("panel-" .. d.attributes.cols)
      d.attributes.cols = nil
      return d
    end
    if d.identifier == "refs" then return raw_block("html", "⟦b:⟧"), false end
    if d.classes:includes "exhibit" then
      local k, id, body = d.attributes.kind, d.identifier, pandoc.Blocks(d.content)
      local caption, source = body:remove(#body).content, nil
      if k == "fig" and not (body[1] and body[1].t == "Div" and body[1].classes:includes "panel") then
        body:walk { Image = function(i) source = source or i.src end }
        if source and #caption > 0 and caption[#caption].content then
          caption[#caption].content:insert(raw("html", "⟦d:" .. early(source) .. "⟧"))
        end
      end
      local name = id ~= "" and ' id="' .. id .. '"' or ""
      local cap = pandoc.Blocks {}
      if #caption > 0 then
        cap:insert(raw_block("html", "<figcaption" .. (id ~= "" and ' id="' .. id .. '-caption"' or "") .. ">"))
        cap:extend(caption)
        cap:insert(raw_block("html", "</figcaption>"))
      end
      local out = pandoc.Blocks { raw_block("html", "<figure" .. name .. ' class="exhibit exhibit-' .. k .. '">') }
      if k ~= "fig" then out:extend(cap) end
      if source then
        local key, by = "aria-label", "Figure"
        if id ~= "" and #caption > 0 then key, by = "aria-labelledby", id .. "-caption" end
        out:insert(raw_block("html", "<div " .. region("picture-scroll", key, by) .. ">"))
      end
      for _, b in ipairs(body) do -- a picture alone needs no paragraph
        out:insert(k == "fig" and b.t == "Para" and pandoc.Plain(b.content) or b)
      end
      if source then out:insert(raw_block("html", "</div>")) end
      if k == "fig" then out:extend(cap) end
      out:insert(raw_block("html", "</figure>"))
      return out:walk(filter), false
    end
    local name, word = callout_kind(d)
    if name then
      local shown, title = callout_title(d, word)
      local fold = d.attributes.collapse
      local id = d.identifier ~= "" and ' id="' .. d.identifier .. '"' or ""
      local tag, head = fold and "details" or "div", fold and "summary" or "p"
      local line = pandoc.Inlines { raw("html", '<' .. head .. ' class="callout-title"><span class="callout-kind">'), pandoc.Str(shown), raw("html", "</span>") }
      if title then line:insert(pandoc.Space()) line:extend(title) end
      line:insert(raw("html", "</" .. head .. ">"))
      local out = pandoc.Blocks { raw_block("html", "<" .. tag .. id .. ' class="callout callout-' .. name .. '"' .. (fold == "false" and " open" or "") .. ">") }
      out:insert(pandoc.Plain(line))
      out:extend(d.content)
      out:insert(raw_block("html", "</" .. tag .. ">"))
      return out:walk(filter), false
    end
    return d
  end

  filter.traverse = "topdown"
  local text = pandoc.write(doc:walk(filter), "html", WRITE)
  text = text:gsub('<col style="(width): ([%d.]+%%)" />', '<col %1="%2" />') -- no style in a tag, here too
  text = text:gsub('<table style="width:[%d.]+%%;">', "<table>")
  return (text:gsub('(<img[^>]-)%s+style="width: *([%d.]+)%%;?"', function(tag, share)
    return tag .. string.format(' width="%g%%"', tonumber(share))
  end))
end

local MANY = 8 -- columns, above which a table is looked at for whether it fits
local ONCE = "⟦h:⟧" -- in a table's head, while it is written
local LENGTHS = { ["%"] = 1, pt = 1, ["in"] = 1, cm = 1, mm = 1 }

local function typst_string(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"' end

local function to_typst(doc, job, o)
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

  -- A screen reader reads a formula by its TeX source.
  function filter.Math(m)
    local alt = early(m.text):gsub("%s+", " ")
    m.text = early(m.text)
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
    if t.identifier ~= "" then t.identifier = label(t.identifier) end
    if #t.colspecs > MANY then return { raw_block("typst", "#wide["), t, raw_block("typst", "]") } end
    return t
  end

  -- The paragraph before a table says what it is of, and one that ends in a colon opens a list: it goes to the
  -- next page with the first rows.
  local function leads(b, after)
    if b.t ~= "Para" or not after then return false end
    if after.t == "BulletList" or after.t == "OrderedList" then return stringify(b):sub(-1) == ":" end
    return after.t == "Table" or after.t == "Div" and after.attributes.kind == "tbl"
  end

  function filter.Blocks(blocks)
    local out = pandoc.Blocks {}
    for i, b in ipairs(blocks) do
      if leads(b, blocks[i + 1]) then
        out:extend { raw_block("typst", "#lead["), b, raw_block("typst", "]") }
      else
        out:insert(b)
      end
    end
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
      local out = pandoc.Blocks { raw_block("typst", '#callout("' .. name .. '", ['), pandoc.Plain(line), raw_block("typst", "])[") }
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

local answer = {}

function answer.chapter(job)
  local o = { labels = {}, heads = {}, cites = {}, ids = {}, early = {}, problems = {} }
  function job.report(what, name, text) o.problems[#o.problems + 1] = { kind = what, name = name, text = text } end
  -- What pandoc warns of, it says once for each output.
  local function listen(work)
    local logs = pandoc.log.silence(work)
    for _, log in ipairs(type(logs) == "table" and logs or {}) do
      local entry = json.decode(json.encode(log), false)
      local is_known = entry.type == "DuplicateIdentifier" -- the linker names both places
      if not is_known and (entry.verbosity == "WARNING" or entry.verbosity == "ERROR") then
        local formula = entry.type == "CouldNotConvertTeXMath" and entry.contents
        job.report(formula and "text" or "line", formula or tostring(math.floor(entry.line or entry.openpos and entry.openpos.line or 1)), formula and "this formula can not be set" or "pandoc: " .. (entry.pretty or entry.type):match("[^\n]*"))
      end
    end
  end
  listen(function()
    local doc = read(job, job.report, READ)
    if job.broken then doc = mark_broken(doc) end
    doc = number(doc, job, o)
    o.html = to_html(doc, job, o)
    o.typst = to_typst(doc, job, o)
  end)
  return o
end

-- All citations of the book, in order and at once: right for numeric styles and for 2001a, 2001b.
function answer.cite(job)
  local doc = pandoc.read(table.concat(job.cites, "\n\n") .. "\n\n::: {#refs}\n:::\n", "markdown", READ)
  doc.meta = { bibliography = job.bibliography, csl = job.csl, ["link-citations"] = true, lang = job.lang }
  if job.nocite then doc.meta.nocite = pandoc.MetaInlines(blocks_of(job.nocite)[1].content) end
  local known = {}
  for _, entry in ipairs(pandoc.utils.references(doc)) do known[#known + 1] = entry.id end
  doc = pandoc.utils.citeproc(doc)
  local o = { known = known, html = {}, typst = {} }
  for i, b in ipairs(doc.blocks) do
    local part = pandoc.Pandoc { b.t == "Para" and pandoc.Plain(b.content) or b }
    o.html[i] = pandoc.write(part, "html", WRITE)
    o.typst[i] = pandoc.write(part, "typst-citations", WRITE):gsub("%s+$", "")
  end
  return o
end

for line in io.lines() do
  local job = json.decode(line, false)
  local ok, result = pcall(answer[job.op], job)
  io.stdout:write(json.encode(ok and result or { error = tostring(result) }), "\n")
  io.stdout:flush()
end
