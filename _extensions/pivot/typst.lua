-- The PDF: what Quarto has read and numbered, in the words of our own template (`report.typ`), which sets no number of
-- its own. Each label learns how a reference to it reads; references are written out after that.
if not quarto.doc.is_format("typst") then return {} end

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

local function raw(text) return pandoc.RawInline("typst", text) end
local function raw_block(text) return pandoc.RawBlock("typst", text) end
local function quoted(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"' end
local function kind_of(id) return (id or ""):match("^(%l+)%-") end
local function numbered(n) return chapter ~= "" and chapter .. "." .. n or tostring(n) end

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
  if h.level == 1 then return open_chapter(h) end
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
  if #caption > 0 then out:extend({ pandoc.Plain(caption), raw_block("])[") }) end
  out:extend(quarto.utils.as_blocks(float.content))
  out:insert(raw_block("]" .. (head and " <" .. id .. ">" or "")))
  return out
end

local function callout(node)
  local id, words = node.attr.identifier, pandoc.Inlines({ pandoc.Str(CALLOUTS[node.type]) })
  if node.order then
    learn(id, WORDS[kind_of(id)], numbered(node.order.order))
    words = pandoc.Inlines({ pandoc.Str(shown(id)) })
  end
  local title = quarto.utils.as_inlines(node.title)
  if #title > 0 then
    words:insert(raw("#h(0.6em);"))
    words:extend(title)
  end
  local out = pandoc.Blocks({ raw_block('#callout("' .. node.type .. '", ['), pandoc.Plain(words), raw_block("])[") })
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
  if words == "" and label.number ~= "" then return label.number end
  local is_usual = words == "" or words:find("^%u") or label.number == ""
  return is_usual and shown(id) or words .. NBSP .. label.number
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
      local text = reference(id, stringify(words):gsub("^%s+", ""):gsub("%s+$", ""))
      out:extend({ raw("#link(<" .. id .. ">)["), pandoc.Str(text), raw("];") })
    elseif i > skip then
      out:insert(inline)
    end
  end
  return out
end

local function columns(div)
  if not div.classes:includes("columns") then return nil end
  local out = pandoc.Blocks({ raw_block("#panel(" .. #div.content .. ")[") })
  for i, column in ipairs(div.content) do
    if i > 1 then out:insert(raw_block("][")) end
    out:extend(column.content or { column })
  end
  out:insert(raw_block("]"))
  return out
end

local MANY = 8 -- columns, above which a table may have to be turned

local function fitted(t)
  return { raw_block(#t.colspecs > MANY and "#wide[" or "#fitted["), t, raw_block("]") }, false
end

local function formula(m)
  return { raw("#formula(" .. quoted((m.text:gsub("%s+", " "))) .. ")["), m, raw("];") }, false
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
  { Math = formula, Table = fitted },
}
