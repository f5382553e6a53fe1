-- Runs before Quarto's own filters, where a chapter means the same to both renderers and Quarto reads it otherwise:
-- what no output shows goes, a remark in a line is a footnote, a picture's caption may stand in an attribute, and
-- the pictures of one paragraph in a panel are its parts.
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
  local first = pandoc.read(text, "markdown").blocks[1]
  image.caption = first and first.content or {}
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

-- What is written in HTML is lost on paper, so it becomes what it means.
local MEANS = {
  sup = pandoc.Superscript, sub = pandoc.Subscript, s = pandoc.Strikeout, del = pandoc.Strikeout,
  b = pandoc.Strong, strong = pandoc.Strong, i = pandoc.Emph, em = pandoc.Emph, u = pandoc.Underline,
}

local function on_paper(inlines)
  if not quarto.doc.is_format("typst") then return nil end
  local stack, names = { pandoc.Inlines({}) }, {}
  for _, inline in ipairs(inlines) do
    local is_html = inline.t == "RawInline" and inline.format == "html"
    local opened = is_html and inline.text:match("^<(%l+)[^>]*>$")
    local closed = is_html and inline.text:match("^</(%l+)>$")
    if opened == "br" then
      stack[#stack]:insert(pandoc.LineBreak())
    elseif opened and MEANS[opened] then
      stack[#stack + 1] = pandoc.Inlines({})
      names[#names + 1] = opened
    elseif closed and closed == names[#names] then
      local content = table.remove(stack)
      stack[#stack]:insert(MEANS[table.remove(names)](content))
    else
      stack[#stack]:insert(inline)
    end
  end
  return #stack == 1 and stack[1] or nil
end

local function beside(div)
  if not quarto.doc.is_format("typst") or not div.classes:includes("column-margin") then return nil end
  local out = pandoc.Blocks({ pandoc.RawBlock("typst", "#aside[") })
  out:extend(div.content)
  out:insert(pandoc.RawBlock("typst", "]"))
  return out
end

local function named(code)
  local name = code.attributes.filename
  if not name or not quarto.doc.is_format("typst") then return nil end
  code.attributes.filename = nil
  return { pandoc.Para({ pandoc.Code(name) }), code }
end

local function panel(div)
  if not (div.attributes["layout-ncol"] or div.attributes["layout-nrow"]) then return unseen(div) or beside(div) end
  local content = pandoc.Blocks({})
  for _, block in ipairs(div.content) do content:extend(parts(block)) end
  div.content = content
  return unseen(div) or div
end

-- What the book cites is known in each chapter, so that works of one author and year have the same letters in all.
local function known(meta)
  local file = io.open(pandoc.path.join({ quarto.project.directory or ".", "_generated", "cited.json" }), "r")
  if not file or not quarto.doc.is_format("html") then return nil end
  local citations = pandoc.List({})
  for _, key in ipairs(pandoc.json.decode(file:read("a"), false)) do
    citations:insert(pandoc.Citation(key, "NormalCitation"))
  end
  file:close()
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
  if not quarto.doc.is_format("typst") or math.abs(sum - 1) > 0.001 then return nil end
  t.colspecs = t.colspecs:map(function(spec) return { spec[1], nil } end)
  return t
end

return {
  {
    Table = no_widths,
    Meta = known,
    Image = caption,
    Inlines = on_paper,
    Div = panel,
    CodeBlock = function(code) return unseen(code) or named(code) end,
    Span = function(span)
      if span.classes:includes("aside") then return pandoc.Note({ pandoc.Para(span.content) }) end
      return unseen(span)
    end,
  },
}
