-- The PDF: what Quarto has read and numbered, in the words of our own template (`report.typ`), which sets no number of
-- its own. Each label learns how a reference to it reads; references are written out after that.
if not quarto.doc.is_format("typst") then return {} end

local generated = pandoc.path.join({ quarto.project.directory or ".", "_generated" })
local forms = dofile(pandoc.path.join({ generated, "forms.lua" }))
local spoken = dofile(pandoc.path.join({ generated, "spoken.lua" }))
local paper_file = io.open(pandoc.path.join({ generated, "paper.json" }), "r")
local paper = pandoc.json.decode(paper_file:read("a"), false)
paper_file:close()

local stringify = pandoc.utils.stringify
local NBSP = "\u{a0}"
local WORDS = {
  fig = "Figure", tbl = "Table", lst = "Listing", eq = "Equation", nte = "Note", tip = "Tip", wrn = "Warning",
  imp = "Important", cau = "Caution", thm = "Theorem", lem = "Lemma", cor = "Corollary", prp = "Proposition",
  cnj = "Conjecture", def = "Definition", exm = "Example", exr = "Exercise", sol = "Solution", rem = "Remark",
  alg = "Algorithm",
}
local CALLOUTS = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" }

local labels = {}   -- id to the word and the number of a reference
local chapter, sections, equations, in_appendix = "", {}, 0, false
local page, homes = "", {}  -- the heading of the chapter, and of that which has a claim's account
local in_account = false
local files, folders = {}, {}  -- the heading of each file's chapter, and the folder of each
local places = {}  -- how often an id stands in the book

local function raw(text) return pandoc.RawInline("typst", text) end
local function raw_block(text) return pandoc.RawBlock("typst", text) end
local function quoted(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"' end
local function kind_of(id) return (id or ""):match("^(%l+)%-") end
local function numbered(n) return chapter ~= "" and chapter .. "." .. n or tostring(n) end


-- Where no link can stand, in headings, links and titles, a value is plain.
local function plain(inlines)
  return inlines:walk({ Span = function(span) return span.attributes["data-var"] and span.content or nil end })
end

local function learn(id, word, number) labels[id] = { word = word, number = number } end
local function shown(id)
  local label = labels[id]
  return label.number == "" and label.word or label.word .. NBSP .. label.number
end

-- Chapters, sections and parts.

local function file() return (quarto.doc.file_metadata() or {}).file or {} end

local function open_chapter(h)
  local about, plain = file(), h.classes:includes("unnumbered")
  if about.bookItemType == "part" then return raw_block("#part-name.update(" .. quoted(stringify(h.content)) .. ")") end
  local out = pandoc.Blocks({})
  if about.appendix or about.bookItemType == "appendix" then
    if not in_appendix then
      in_appendix, chapter = true, ""
      out:extend({ raw_block("#show: appendices"), raw_block('#part-name.update("Appendices")') })
    end
    if about.bookItemFile == nil then return out end -- a heading over all of them, which our template does not have
  end
  local number = not plain and about.bookItemNumber or nil
  if number and in_appendix then number = string.char(64 + number) end
  chapter, sections, equations = number and tostring(number) or "", {}, 0
  if chapter == "" then learn(h.identifier, stringify(h.content), "")
  else
    learn(h.identifier, in_appendix and "Appendix" or "Chapter", chapter)
    h.content:insert(1, raw("#secno[" .. chapter .. "];"))
  end
  out:insert(h)
  return out
end

local function header(h)
  h.content = plain(h.content)
  in_account = h.identifier:find("^claim%-") ~= nil
  if h.level == 1 then
    page = h.identifier
    local source = file().bookItemFile or ""
    files[source], folders[page] = page, source:match("^(.*/)") or ""
    return open_chapter(h)
  end
  if chapter == "" or h.classes:includes("unnumbered") then
    learn(h.identifier, stringify(h.content), "")
    return nil
  end
  sections[h.level] = (sections[h.level] or 0) + 1
  for level = h.level + 1, 6 do sections[level] = nil end
  local number = chapter
  for level = 2, h.level do number = number .. "." .. (sections[level] or 0) end
  learn(h.identifier, "Section", number)
  h.content:insert(1, raw("#secno[" .. number .. "];"))
  return h
end

-- Figures, tables, listings, callouts and statements.

local function exhibit(float)
  local id, kind = float.identifier, kind_of(float.identifier) or "fig"
  local words = pandoc.utils.blocks_to_inlines(quarto.utils.as_blocks(float.caption_long or {}))
  local content = pandoc.Blocks(quarto.utils.as_blocks(float.content))
  if kind == "fig" then
    content = content:walk({
      Image = function(i)
        i.attributes.block = "1"
        if #i.caption == 0 then i.caption = words end
        return i
      end,
    })
  end
  local head
  if float.parent_id then
    local letter, above = "(" .. string.char(96 + float.order.order) .. ")", labels[float.parent_id]
    if above then learn(id, above.word, above.number .. " " .. letter) end
    head = letter
  elseif float.order and id ~= "" and not id:find("^fig%-anonymous") then
    learn(id, WORDS[kind], numbered(float.order.order))
    head = shown(id) .. (#words > 0 and ":" or "")
  end
  local caption = pandoc.Inlines(head and { pandoc.Str(head), pandoc.Space() } or {})
  caption:extend(words)
  local out = pandoc.Blocks({ raw_block('#exhibit("' .. kind .. '"' .. (#caption > 0 and ", caption: [" or ")[")) })
  if #caption > 0 then out:extend({ kind == "lst" and pandoc.Para(caption) or pandoc.Plain(caption), raw_block("])[") }) end
  out:extend(content)
  out:insert(raw_block("]" .. (head and " <" .. id .. ">" or "")))
  return out
end

local function callout(node)
  local id, words = node.attr.identifier, pandoc.Inlines({ pandoc.Str(CALLOUTS[node.type]) })
  if node.order then
    learn(id, WORDS[kind_of(id)], numbered(node.order.order))
    words = pandoc.Inlines({ pandoc.Str(shown(id)) })
  end
  local title = plain(quarto.utils.as_inlines(node.title))
  local opened = '#callout("' .. node.type .. '", ['
  if in_account and #title > 0 then
    opened, words = "#published([" .. stringify(words) .. "], [", title
  elseif #title > 0 then
    words:insert(raw("#h(0.6em);"))
    words:extend(title)
  end
  local out = pandoc.Blocks({ raw_block(opened), pandoc.Plain(words), raw_block("])[") })
  out:extend(quarto.utils.as_blocks(node.content))
  out:insert(raw_block("]" .. (id ~= "" and " <" .. id .. ">" or "")))
  return out
end

local function statement(node)
  local id, name = node.identifier, quarto.utils.as_inlines(node.name)
  learn(id, WORDS[kind_of(id)], numbered(node.order.order))
  local head = pandoc.Inlines({ pandoc.Str(shown(id)) })
  if #name > 0 then
    head:extend({ pandoc.Space(), pandoc.Str("(") })
    head:extend(name)
    head:insert(pandoc.Str(")"))
  end
  local blocks = quarto.utils.as_blocks(node.div.content or node.div)
  local opening = pandoc.Inlines({ pandoc.Strong(head), pandoc.Space() })
  if blocks[1] and blocks[1].t == "Para" then
    opening:extend(blocks[1].content)
    blocks[1] = pandoc.Para(opening)
  else
    blocks:insert(1, pandoc.Para(opening))
  end
  return pandoc.Div(blocks, pandoc.Attr(id))
end

-- Formulas and references, which Quarto has written in Typst: they begin in one piece and end in another.

local function equation(inlines)
  for i, inline in ipairs(inlines) do
    local opens = inline.t == "RawInline" and inline.text:find("^#math%.equation%(block: true, numbering")
    if opens then
      for j = i + 1, #inlines do
        local id = inlines[j].t == "RawInline" and inlines[j].text:match("<(eq%-[^>]+)>")
        if id then
          equations = equations + 1
          learn(id, "Equation", numbered(equations))
          inlines[i] = raw("#equation[(" .. labels[id].number .. ")][")
          inlines[j] = raw("] <" .. id .. ">")
          break
        end
      end
    end
  end
  return inlines
end

local function reference(id, words)
  local label = labels[id]
  if words == "" and label.number ~= "" then return "", label.number end
  local is_usual = words == "" or words:find("^%u") or label.number == ""
  if is_usual then return "", shown(id) end
  return words, label.number
end

local function references(inlines)
  local out, skip = pandoc.Inlines({}), 0
  for i, inline in ipairs(inlines) do
    local id = inline.t == "RawInline" and inline.text:match("^#ref%(<([^>]+)>, supplement: %[")
    if i > skip and id and labels[id] then
      local words = pandoc.Inlines({})
      skip = i + 1
      while inlines[skip] and not (inlines[skip].t == "RawInline" and inlines[skip].text:find("%]%)$")) do
        words:insert(inlines[skip])
        skip = skip + 1
      end
      local before, text = reference(id, stringify(words):gsub("^%s+", ""):gsub("%s+$", ""))
      if before ~= "" then out:insert(pandoc.Str(before .. NBSP)) end
      out:extend({ raw("#link(<" .. id .. ">)["), pandoc.Str(text), raw("];") })
    elseif i > skip then
      out:insert(inline)
    end
  end
  return out
end

local function columns(div)
  if div.identifier == "refs" then return { raw_block("#references["), div, raw_block("]") }, false end
  if not div.classes:includes("columns") then return nil end
  local out = pandoc.Blocks({ raw_block("#panel(" .. #div.content .. ")[") })
  for i, column in ipairs(div.content) do
    if i > 1 then out:insert(raw_block("][")) end
    out:insert(pandoc.Div(column.content or { column }))
  end
  out:insert(raw_block("]"))
  return out
end

-- Accounts, sources and their like.

local function note_number(claim) return string.format("%d", paper.notes[claim]) end

local function around(blocks)
  local function is_table(b) return b.t == "RawBlock" and b.text:find('^#exhibit%("tbl"') ~= nil end
  return forms.around(blocks, note_number, is_table)
end

-- Where ids stand: a claim's account in its chapter.

local function placed(element)
  local id = element.identifier
  if element.t == "Header" and element.level == 1 then page = id end
  if not id or id == "" then return nil end
  places[id] = (places[id] or 0) + 1
  if id:find("^claim%-") then homes[id] = page end
end

-- Values, each with the number of its account; where two of one claim follow in a sentence, the first has it. A
-- sentence stands on a line of its own.

local disputed, noted = {}, ""
for _, key in ipairs(paper.disputed) do disputed[key] = true end

local function fresh() noted = "" end

local function value(span)
  local key, badge = span.attributes["data-var"], ""
  for _, class in ipairs(span.classes) do badge = class:match("^verdict%-(.+)$") or badge end
  if not key then -- a verdict of no claim, as in a table of what they mean
    if badge == "" then return nil end
    local out = pandoc.Inlines({ raw('#verdict("' .. badge .. '")[') })
    out:extend(span.content)
    out:insert(raw("];"))
    return out, false
  end
  local id, more = "claim-" .. span.attributes["data-claim"], ""
  local is_elsewhere = homes[id] and homes[id] ~= page
  if is_elsewhere and badge == "" then
    if noted ~= id then more = ", note: " .. note_number(id) end
    if disputed[key] then more = more .. ", disputed: true" end
    noted = id
  end
  local target = is_elsewhere and "<" .. id .. ">" or "none"
  return raw("#claim(" .. target .. ", " .. quoted(badge) .. ", " .. quoted(stringify(span.content)) .. more .. ");"), false
end

local within = { traverse = "topdown", Span = value, SoftBreak = fresh, LineBreak = fresh }

local function rows(list)
  for _, row in ipairs(list) do
    fresh()
    for _, cell in ipairs(row.cells) do
      local blocks = cell.contents
      -- Around a value that fills a cell Quarto puts a paragraph.
      if #blocks == 1 and blocks[1].t == "Para" then blocks = pandoc.Blocks({ pandoc.Plain(blocks[1].content) }) end
      cell.contents = blocks:walk(within)
    end
  end
end

local function cells(t)
  local head, bodies, foot = t.head, t.bodies, t.foot
  rows(head.rows)
  for _, body in ipairs(bodies) do
    rows(body.head)
    rows(body.body)
  end
  rows(foot.rows)
  t.head, t.bodies, t.foot = head, bodies, foot
  return t, false
end

-- A link to another chapter leads to its place; a file beside the pages is none beside the PDF.
local function link(l)
  l.content = plain(l.content)
  if l.target:find("^%a[%w+.-]*:") or l.target:find("^//") then return l end
  local path, anchor = l.target:match("^([^#]*)#?(.*)$")
  local folder = path:sub(1, 1) ~= "/" and (folders[page] or "") or ""
  local source = (folder .. path:gsub("^%.?/", "")):gsub("[^/]+/%.%./", "")
  local id = anchor ~= "" and anchor or files[source]
  if not id or places[id] ~= 1 then return l.content end
  local out = pandoc.Inlines({ raw("#link(<" .. id .. ">)[") })
  out:extend(l.content)
  out:insert(raw("];"))
  return out, false
end

local values = {
  traverse = "topdown",
  Header = function(h)
    fresh()
    if h.level == 1 then page = h.identifier end
  end,
  Para = fresh, Plain = fresh, SoftBreak = fresh, LineBreak = fresh,
  Note = function(note) return note:walk(within), false end,
  Table = cells, Span = value,
  Link = link,
}

-- What pandoc's writer would set otherwise.

local MANY = 8 -- columns, above which a table may have to be turned
local WRITE = pandoc.WriterOptions({ wrap_text = "preserve" })

local function fitted(t)
  local is_account = t.attributes.account
  t.attributes.account = nil
  t.classes:insert("typst:no-figure")
  local shown = t
  if forms.once(t) then shown = raw_block(forms.finished(pandoc.write(pandoc.Pandoc({ t }), "typst", WRITE))) end
  if is_account then return { shown }, false end
  return { raw_block(#t.colspecs > MANY and "#wide[" or "#fitted["), shown, raw_block("]") }, false
end

local function formula(m)
  return { raw("#formula(" .. quoted(spoken(m.text)) .. ")["), m, raw("];") }, false
end

local function picture(i)
  local alt = i.attributes["fig-alt"] or i.attributes.alt or stringify(i.caption)
  local number, unit = (i.attributes.width or ""):match("^([%d.]+)(%a*%%?)$")
  if unit == "px" or unit == "" then number, unit = number and number * 0.75, "pt" end
  local size = number and ", width: " .. number .. unit or ""
  local made = "picture(" .. quoted("/" .. i.src:gsub("^%.?/", "")) .. ", alt: " .. quoted(alt) .. size .. ")"
  return raw((i.attributes.block and "#" .. made or "#box(" .. made .. ")") .. ";")
end

-- What stands in another of its kind is met when that one has been written, and knows its chapter by the heading.
local inner = {
  traverse = "topdown",
  Header = function(h)
    if h.level == 1 then chapter = labels[h.identifier] and labels[h.identifier].number or "" end
  end,
  FloatRefTarget = exhibit, Callout = callout, Theorem = statement,
}

return {
  quarto.utils.combineFilters({ quarto.utils.file_metadata_filter(), {
    traverse = "topdown", Header = header, Inlines = equation, Div = columns,
    FloatRefTarget = exhibit, Callout = callout, Theorem = statement,
  } }),
  inner,
  inner,
  { Inlines = references },
  { traverse = "topdown", Header = placed, Block = placed, Inline = placed },
  { traverse = "topdown", Blocks = around },
  values,
  { Math = formula, Image = picture, Table = fitted },
}
