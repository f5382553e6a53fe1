-- What the parts of the engine share: kinds and their ids, values in plain text, and the filter of both outputs.

local stringify = pandoc.utils.stringify

local READ = pandoc.ReaderOptions { columns = 100000 } -- so that no pipe table gets widths from its source
local WRITE = pandoc.WriterOptions { html_math_method = "mathml", wrap_text = "preserve" }
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

return {
  READ = READ, WRITE = WRITE, EXHIBITS = EXHIBITS, WIDTH = WIDTH,
  kind = kind, is_global = is_global, raw = raw, raw_block = raw_block, plain = plain,
  plain_inlines = plain_inlines, callout_kind = callout_kind, blocks_of = blocks_of, has_content = has_content,
  early_filter = early_filter, reference_text = reference_text, only = only, is_outside = is_outside,
  is_in_book = is_in_book, callout_title = callout_title, attributes = attributes,
}
