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

local function panel(div)
  if not (div.attributes["layout-ncol"] or div.attributes["layout-nrow"]) then return unseen(div) end
  local content = pandoc.Blocks({})
  for _, block in ipairs(div.content) do content:extend(parts(block)) end
  div.content = content
  return unseen(div) or div
end

return {
  {
    Image = caption,
    Div = panel,
    CodeBlock = unseen,
    Span = function(span)
      if span.classes:includes("aside") then return pandoc.Note({ pandoc.Para(span.content) }) end
      return unseen(span)
    end,
  },
}
