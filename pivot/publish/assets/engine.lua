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
--   ⟦k:id⟧    the number of a claim's account, by which paper refers to it
--   ⟦f:src⟧   the path of a picture                    ⟦d:src⟧  a link to the data of a picture
--   ⟦o:⟧ ⟦e:⟧ around what this output alone shows
-- and in HTML the attributes href="doc:dest", href="xref:id" and src="image:src".

local stringify, json = pandoc.utils.stringify, pandoc.json
local folder = arg[0]:gsub("engine%.lua$", "")
local common = dofile(folder .. "common.lua")
local read = loadfile(folder .. "reading.lua")(dofile(folder .. "raw.lua"))
local to_html = loadfile(folder .. "html.lua")(common)
local to_typst = loadfile(folder .. "typst.lua")(common, dofile(folder .. "spoken.lua"), dofile(folder .. "forms.lua"))
local READ, WRITE, EXHIBITS, WIDTH = common.READ, common.WRITE, common.EXHIBITS, common.WIDTH
local kind, raw, plain_inlines, callout_kind = common.kind, common.raw, common.plain_inlines, common.callout_kind
local blocks_of, has_content = common.blocks_of, common.has_content

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
      h.content:walk { Note = function() job.report("section", text, "a note in a heading would be in the contents too") end }
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
      if kind(c.identifier) == "lst" or c.attributes["lst-cap"] then
        local id, caption = c.identifier, blocks_of(c.attributes["lst-cap"] or "")
        c.identifier, c.attributes["lst-cap"] = "", nil
        return exhibit(id, "lst", { c }, numbered(caption, id, take_part(c)))
      end
    end,
    Div = function(d)
      note_id(d.identifier)
      local k, widths = kind(d.identifier), d.attributes["tbl-colwidths"]
      d.attributes["tbl-colwidths"] = nil
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
            set_widths(b, widths)
          end
        end
        caption = numbered(caption, d.identifier, part)
        local first = d.content[1]
        if first and first.t == "Div" and first.classes:includes "panel" then panel = { kind = k, n = tostring(counts[k]) } end
        return exhibit(d.identifier, k, d.content, caption)
      end
      if widths then
        d = d:walk { Table = function(t) t.attributes["tbl-colwidths"] = t.attributes["tbl-colwidths"] or widths return t end }
      end
      if d.classes:includes "statement" and k then label(d.identifier) end
      if callout_kind(d) then
        if k then label(d.identifier) end
        local h = d.content[1]
        if h and h.t == "Header" then d.content[1] = pandoc.Div({ pandoc.Plain(h.content) }, { class = "callout-head" }) end
      end
      return d
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

-- What a text brings that is not Markdown's own, in order: raw text by its format, and links. Python decides
-- what of it may stand (pivot/prose/raw.py).
local function foreign(doc, job)
  local out = {}
  local function note(kind, text) if kind ~= "hole" then out[#out + 1] = { kind, text } end end
  local function raw_text(e) note(e.format, e.text) end
  doc:walk {
    traverse = "topdown",
    RawBlock = raw_text,
    RawInline = raw_text,
    Link = function(l)
      if #l.content == 0 then job.report("text", "](" .. l.target, "a link without words leads nowhere that a reader sees") end
      note("link", (l.target:gsub("⟦v:([^⟧]*)⟧", function(key) return (job.values or {})[key] end)))
    end,
  }
  return out
end

local function numbered(job, o)
  local doc = read(job, job.report, READ)
  if job.broken then doc = mark_broken(doc) end
  doc = number(doc, job, o)
  o.foreign = foreign(doc, job)
  return doc
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
    local doc = numbered(job, o)
    o.html = to_html(doc, job, o)
    o.typst = to_typst(doc, job, o)
  end)
  return o
end

-- What of a text is not taken, without compiling it.
function answer.foreign(job)
  local o = { labels = {}, heads = {}, cites = {}, ids = {}, refused = {} }
  function job.report(_, name, text) if text:find("^raw ") then o.refused[#o.refused + 1] = { name, text } end end
  numbered(job, o)
  return { foreign = o.foreign, refused = o.refused }
end

-- All citations of the book, in order and at once: right for numeric styles and for 2001a, 2001b.
function answer.cite(job)
  local doc = pandoc.read(table.concat(job.cites, "\n\n") .. "\n\n::: {#refs}\n:::\n", "markdown", READ)
  doc.meta = { bibliography = job.bibliography, csl = job.csl, ["link-citations"] = true, lang = job.lang }
  if job.nocite then doc.meta.nocite = pandoc.MetaInlines(blocks_of(job.nocite)[1].content) end
  local known = {}
  for _, entry in ipairs(pandoc.utils.references(doc)) do known[#known + 1] = entry.id end
  doc = pandoc.utils.citeproc(doc)
  local o = { known = known, html = {}, typst = {}, foreign = foreign(doc, job) }
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
