-- Runs before Quarto's own filters, where a chapter means the same to both renderers and Quarto reads it otherwise:
-- what no output shows goes, a remark in a line is a footnote, a picture's caption may stand in an attribute, and
-- the pictures of one paragraph in a panel are its parts.
local generated = pandoc.path.join({ quarto.project.directory or ".", "_generated" })

local function content_of(name)
  local file = io.open(pandoc.path.join({ generated, name }), "r")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local is_paper = quarto.doc.is_format("typst")
local paper = is_paper and pandoc.json.decode(content_of("paper.json"), false)
local function raw_block(text) return pandoc.RawBlock("typst", text) end
local function inlines_of(text)
  local first = pandoc.read(text, "markdown").blocks[1]
  return first and first.content or pandoc.Inlines({})
end

local function is_conditional(element)
  for name in pairs(element.attributes) do
    if name:find("^when%-") or name:find("^unless%-") then return true end
  end
  return false
end

local function unseen(element)
  if element.classes:includes("hidden") then return {} end
  if element.classes:includes("content-hidden") and not is_conditional(element) then return {} end
end

local function caption(image)
  local text = image.attributes["fig-cap"]
  if not text or #image.caption > 0 then return nil end
  image.attributes["fig-cap"] = nil
  image.caption = inlines_of(text)
  return image
end

local function parts(block)
  if block.t ~= "Para" then return { block } end
  local out = pandoc.Blocks({})
  for _, inline in ipairs(block.content) do
    if inline.t == "Image" then
      out:insert(pandoc.Para({ inline }))
    elseif inline.t ~= "Space" and inline.t ~= "SoftBreak" then
      return { block }
    end
  end
  return out
end

-- What is written in HTML would be lost on paper, so it becomes what it means.
local raw = is_paper and loadfile(pandoc.path.join({ generated, "raw.lua" }))()(function() end)

local function beside(div)
  local out = pandoc.Blocks({ raw_block("#aside[") })
  out:extend(div.content)
  out:insert(raw_block("]"))
  return out
end

local function named(code)
  local name = is_paper and code.attributes.filename
  if not name then return nil end
  code.attributes.filename = nil
  return pandoc.Div({ pandoc.Para({ pandoc.Code(name) }), code })
end

-- Parts side by side; of a labelled panel the last paragraph is the caption.
local function side_by_side(div)
  local content, caption = div.content, nil
  if div.identifier ~= "" and #content > 1 and content[#content].t == "Para" then caption = content:remove(#content) end
  local rows = tonumber(div.attributes["layout-nrow"] or "1")
  local out = pandoc.Blocks({ raw_block("#panel(" .. (div.attributes["layout-ncol"] or math.ceil(#content / rows)) .. ")[") })
  for i, part in ipairs(content) do
    if i > 1 then out:insert(raw_block("][")) end
    out:insert(part)
  end
  out:insert(raw_block("]"))
  out:insert(caption)
  if div.identifier == "" then return out end
  div.attributes["layout-ncol"], div.attributes["layout-nrow"] = nil, nil
  div.content = out
  return div
end

local function panel(div)
  local content = pandoc.Blocks({})
  for _, block in ipairs(div.content) do content:extend(parts(block)) end
  div.content = content
  return is_paper and side_by_side(div) or div
end

local function tabs(div)
  local out = pandoc.Blocks({})
  for _, block in ipairs(div.content) do
    if block.t == "Header" then out:insert(pandoc.Div({ pandoc.Para({ pandoc.Strong(block.content) }) }))
    elseif #out > 0 then out[#out].content:insert(block) end
  end
  return out
end

-- A proof and its like, whose head opens the first paragraph.
local PROOFS = { proof = "Proof", remark = "Remark", solution = "Solution" }

local function proof(div, word)
  local head = pandoc.Inlines({ pandoc.Str(word) })
  if div.attributes.name then
    head:extend({ pandoc.Space(), pandoc.Str("(") })
    head:extend(inlines_of(div.attributes.name))
    head:insert(pandoc.Str(")"))
  end
  head:insert(pandoc.Str("."))
  local opening, content = pandoc.Inlines({ pandoc.Emph(head), pandoc.Space() }), div.content
  if content[1] and content[1].t == "Para" then
    opening:extend(content[1].content)
    content[1] = pandoc.Para(opening)
  else
    content:insert(1, pandoc.Para(opening))
  end
  return pandoc.Div(content)
end

local function block(div)
  local hidden = unseen(div)
  if hidden then return hidden end
  if div.attributes["layout-ncol"] or div.attributes["layout-nrow"] then return panel(div) end
  if not is_paper then return nil end
  if div.classes:includes("only-html") then return {} end
  if div.classes:includes("only-typst") then return div.content end
  if div.classes:includes("column-margin") then return beside(div) end
  if div.classes:includes("panel-tabset") then return tabs(div) end
  for class, word in pairs(PROOFS) do
    if div.classes:includes(class) and div.identifier == "" then return proof(div, word) end
  end
end

-- A title in an attribute becomes the heading that it stands for, so that it is read as the text is.
local function titled(div)
  local title = div.attributes.title
  local is_callout = div.classes:find_if(function(class) return class:find("^callout%-") ~= nil end)
  if not title or not is_callout or title:find("{{<", 1, true) then return nil end -- values are Quarto's to fill in
  div.attributes.title = nil
  div.content:insert(1, pandoc.Header(2, inlines_of(title)))
  return div
end

-- A picture with a caption and no label, which Quarto would set itself.
local function figure(f)
  if f.identifier ~= "" then return nil end
  local out = pandoc.Blocks({ raw_block('#exhibit("fig", caption: [') })
  out:extend(f.caption.long)
  out:insert(raw_block("])["))
  out:extend(f.content:walk({
    Image = function(i)
      if i.identifier ~= "" then return nil end
      i.attributes.block = "1"
      return i
    end,
  }))
  out:insert(raw_block("]"))
  return out
end

-- What the book cites is known in each chapter, so that works of one author and year have the same letters in all.
local function known(meta)
  local known_keys = quarto.doc.is_format("html") and content_of("cited.json")
  if not known_keys then return nil end
  local citations = pandoc.List({})
  for _, key in ipairs(pandoc.json.decode(known_keys, false)) do
    citations:insert(pandoc.Citation(key, "NormalCitation"))
  end
  if #citations == 0 then return nil end
  local nocite = pandoc.Inlines(meta.nocite or {})
  nocite:insert(pandoc.Cite({}, citations))
  meta.nocite = nocite
  return meta
end

-- The reader for paper gives a pipe table with long lines widths from its dashes, which add up to the whole line.
local function no_widths(t)
  local sum = 0
  for _, spec in ipairs(t.colspecs) do sum = sum + (spec[2] or 0) end
  if not is_paper or math.abs(sum - 1) > 0.001 then return nil end
  t.colspecs = t.colspecs:map(function(spec) return { spec[1], nil } end)
  return t
end

-- In the one text of all chapters that becomes the PDF, Quarto has the front matter of the first alone.
local function own()
  local file = (quarto.doc.file_metadata() or {}).file or {}
  return paper.chapters[file.bookItemFile or ""] or { front = {}, metas = {} }
end

local function below_title(h)
  local lines = own().front
  if h.level > 1 or #lines == 0 then return nil end
  local out = pandoc.Blocks({ h, raw_block("#aside[") })
  for _, line in ipairs(lines) do out:insert(pandoc.Div(pandoc.read(line.text, "markdown").blocks)) end
  out:insert(raw_block("]"))
  return out
end

-- Content on a condition of the front matter: a condition that holds goes, with one that does not the content does.
local function by_meta(element)
  if element.classes:includes("quarto-title-block") then return {} end -- it shows a part of the same
  local visible = element.classes:includes("content-visible")
  if not visible and not element.classes:includes("content-hidden") then return nil end
  for _, word in ipairs({ "when", "unless" }) do
    local name = element.attributes[word .. "-meta"]
    if name then
      element.attributes[word .. "-meta"] = nil
      if (own().metas[name] == true) ~= (word == "when") then return visible and {} or element.content or element end
    end
  end
  return element
end

local of_chapters = { traverse = "topdown", Header = below_title, Div = by_meta, Span = by_meta, CodeBlock = by_meta }

local on_paper = {
  quarto.utils.combineFilters({ quarto.utils.file_metadata_filter(), of_chapters }),
  { Div = titled },
  { Blocks = raw and raw.blocks, Inlines = raw and raw.inlines },
  { Figure = figure, Table = no_widths },
}

local both = {
  Meta = known,
  Image = caption,
  Div = block,
  CodeBlock = function(code) return unseen(code) or named(code) end,
  Span = function(span)
    if span.classes:includes("aside") then return pandoc.Note({ pandoc.Para(span.content) }) end
    if is_paper and span.classes:includes("only-html") then return {} end
    if is_paper and span.classes:includes("only-typst") then return span.content end
    return unseen(span)
  end,
}

if not is_paper then return { both } end
on_paper[#on_paper + 1] = both
return on_paper
