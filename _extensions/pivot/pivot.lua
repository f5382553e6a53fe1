-- Runs after Quarto's own filters (`filters: [quarto, pivot]`).
--   [7.7%]{.claim data-claim="x"}   becomes a link to the entry `claim-x` of the ledger
--   sentence <!-- holds: x -->      is marked when the guard x no longer holds
--   figures/NAME.svg                gets its twin NAME-dark.svg for dark pages, where there is one

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

if is_html then
  quarto.doc.add_html_dependency({ name = "pivot", version = "1.0.0", stylesheets = { "pivot.css" } })
end

local function typst_string(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

local function claim_of(span) return span.classes:includes("claim") and span.attributes["data-claim"] end

-- Within a heading or a link a value is plain: a link can not stand there.
local function strip(element)
  element.content = element.content:walk({
    Span = function(span)
      if claim_of(span) then return span.content end
    end,
  })
  return element
end

local function link(span)
  local claim = claim_of(span)
  if not claim then return nil end
  local id = "claim-" .. claim
  if is_html then
    local target = (quarto.project.offset or ".") .. "/" .. LEDGER .. "#" .. id
    local named = { ["data-var"] = span.attributes["data-var"] }
    return pandoc.Link(span.content, target, "", pandoc.Attr("", span.classes, named))
  elseif is_typst then
    local text = typst_string(pandoc.utils.stringify(span.content))
    return pandoc.RawInline("typst",
      "#context { if query(<" .. id .. ">).len() > 0 { link(<" .. id .. ">, " .. text .. ") } else { " .. text .. " } };")
  end
  return span.content
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
    sentence:insert(1, pandoc.RawInline("typst", '#highlight(fill: rgb("#fff0b8"))['))
    sentence:insert(pandoc.RawInline("typst", "];"))
    sentence:extend({ pandoc.Space(), pandoc.Str(NOTE) })
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

local function twin(image)
  local name = is_html and image.src:match("figures/([%w_.-]+)%.svg$")
  if not name or name:find("%-dark$") or image.classes:includes("light-content") then return nil end
  if not read(pandoc.path.join({ project, "figures", name .. "-dark.svg" })) then return nil end
  local dark = image:clone()
  dark.src = image.src:gsub("%.svg$", "-dark.svg")
  dark.identifier = ""
  image.classes:insert("light-content")
  dark.classes:insert("dark-content")
  return { image, dark }
end

return {
  { Header = strip, Link = strip },
  { Inlines = sentences },
  { Span = link, Image = twin },
}
