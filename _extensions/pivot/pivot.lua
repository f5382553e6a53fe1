-- Runs after Quarto's own filters (`filters: [quarto, pivot]`).
--   [7.7%]{.claim data-claim="x"}   becomes a link to the entry `claim-x` of the ledger
--   sentence <!-- holds: x -->      is marked when the guard x no longer holds
--   callouts                        get the shape that the frame's styles know

local LEDGER = "chapters/ledger.html"
local NOTE = "[no longer holds]"

local is_html = quarto.doc.is_format("html")
local is_typst = quarto.doc.is_format("typst")
local project = quarto.project.directory or "."

local function read(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local guards = pandoc.json.decode(read(pandoc.path.join({ project, "_generated", "guards.json" })) or "{}", false)

-- A callout as the frame's styles know it, and its place among those of its kind in the chapter, which has a number.
local WORDS = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" }

local function callout(node)
  if not is_html then return nil end
  local id, fold, title = node.attr.identifier, node.collapse, quarto.utils.as_inlines(node.title)
  local tag, head = fold and "details" or "div", fold and "summary" or "p"
  local order = node.order and ' data-order="' .. node.order.order .. '"' or ""
  local line = pandoc.Inlines({
    pandoc.RawInline("html", "<" .. head .. ' class="callout-title"><span class="callout-kind"' .. order .. ">"),
    pandoc.Str(WORDS[node.type]),
    pandoc.RawInline("html", "</span>"),
  })
  if #title > 0 then
    line:insert(pandoc.Space())
    line:extend(title)
  end
  line:insert(pandoc.RawInline("html", "</" .. head .. ">"))
  local named = (id ~= "" and ' id="' .. id .. '"' or "") .. ' class="callout callout-' .. node.type .. '"'
  local open = fold == "false" and " open" or ""
  local out = pandoc.Blocks({ pandoc.RawBlock("html", "<" .. tag .. named .. open .. ">"), pandoc.Plain(line) })
  out:extend(quarto.utils.as_blocks(node.content))
  out:insert(pandoc.RawBlock("html", "</" .. tag .. ">"))
  return pandoc.Div(out)
end

local function claim_of(span) return span.attributes["data-var"] and span.attributes["data-claim"] end

-- Within a heading or a link a value is plain: a link can not stand there.
local function strip(element)
  if not is_html then return nil end
  element.content = element.content:walk({
    Span = function(span)
      if claim_of(span) then return span.content end
    end,
  })
  return element
end

local function link(span)
  local claim = is_html and claim_of(span)
  if not claim then return nil end -- on paper `typst.lua` writes it
  local target = (quarto.project.offset or ".") .. "/" .. LEDGER .. "#claim-" .. claim
  return pandoc.Link(span.content, target, "", pandoc.Attr("", span.classes, { ["data-var"] = span.attributes["data-var"] }))
end

local function broken(comment)
  local ids = comment.format == "html" and comment.text:match("^<!%-%-%s*holds:%s*(.-)%s*%-%->$")
  if not ids then return nil end
  local fallen = false
  for id in ids:gmatch("[^,%s]+") do
    if guards[id] == nil then error("guard " .. id .. " is not known") end
    fallen = fallen or guards[id] == false
  end
  return fallen
end

local function mark(sentence)
  if is_html then
    sentence:insert(1, pandoc.RawInline("html", '<mark class="broken-guard">'))
    sentence:insert(pandoc.RawInline("html", ' <span class="guard-note">' .. NOTE .. "</span></mark>"))
  elseif is_typst then
    sentence:insert(1, pandoc.RawInline("typst", "#broken-guard["))
    sentence:insert(pandoc.RawInline("typst", "];"))
  end
  return sentence
end

-- One sentence stands on one source line, so the sentence of a guard is all that precedes it on its line.
local function sentences(inlines)
  local out, start, changed = pandoc.Inlines({}), 1, false
  for _, inline in ipairs(inlines) do
    local fallen = inline.t == "RawInline" and broken(inline)
    if fallen ~= nil and fallen ~= false then
      local sentence = pandoc.Inlines({})
      while #out >= start do sentence:insert(1, out:remove(#out)) end
      if #sentence > 0 and sentence[#sentence].t == "Space" then sentence:remove(#sentence) end
      out:extend(mark(sentence))
      start, changed = #out + 1, true
    elseif inline.t == "RawInline" and broken(inline) == false then
      changed = true -- the guard holds: drop the comment
    else
      out:insert(inline)
      if inline.t == "SoftBreak" or inline.t == "LineBreak" then start = #out + 1 end
    end
  end
  if changed then return out end
end

-- What a grid table says of its columns' widths, as parts of a line of this many characters.
local WIDTH, COLUMNS = 72, 100000

local function line_widths(t)
  local sum = 0
  for _, spec in ipairs(t.colspecs) do sum = sum + (spec[2] or 0) end
  if sum == 0 or sum > 0.1 then return nil end
  local scale = math.min(COLUMNS / WIDTH, 1 / sum)
  t.colspecs = t.colspecs:map(function(spec) return { spec[1], spec[2] and spec[2] * scale } end)
  return t
end

return {
  { Table = line_widths },
  { Header = strip, Link = strip },
  { Inlines = sentences },
  { Callout = callout },
  { Span = link },
}
