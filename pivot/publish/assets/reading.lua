-- What an author wrote, brought to the few shapes that `engine.lua` knows. What it does not know is named: each
-- problem says how to find its place in the chapter's text (`pivot/publish/embedded/places.py`).
--
-- Leaves behind, besides pandoc's own elements:
--   Div/Span .only-html, .only-typst   what one output alone shows
--   Div .panel, cols=N                 parts side by side; each block of it is one
--   attribute part="a"                 a part of a labelled panel
--   Div .statement                     a theorem, a proof and their like
--   Div .tab, .code-file, .aside       what their names say

local stringify = pandoc.utils.stringify
local raw_html = ...

local function set(words)
  local out = {}
  for word in words:gmatch("%S+") do out[word] = true end
  return out
end

local EXHIBITS = set "fig tbl lst"
local THEOREMS = {
  thm = "Theorem", lem = "Lemma", cor = "Corollary", prp = "Proposition", cnj = "Conjecture", def = "Definition",
  exm = "Example", exr = "Exercise", sol = "Solution", rem = "Remark", alg = "Algorithm",
}
local PROOFS = { proof = "Proof", remark = "Remark", solution = "Solution" }
local CALLOUTS = set "callout-note callout-tip callout-warning callout-important callout-caution"
local SHOWS = { html = set "html html:js html4 html5", typst = set "typst pdf" }
local FORMATS = set [[html html:js html4 html5 typst pdf latex beamer docx odt rtf epub epub2 epub3 revealjs pptx markdown
  gfm commonmark asciidoc rst jats ipynb context man textile mediawiki hugo llms-txt]]

local CONDITIONS = "content-visible content-hidden hidden"
local CLASSES = {
  Div = set("list-table panel-tabset columns column column-margin aside proof remark solution " .. CONDITIONS),
  Span = set("claim verdict aside kbd mark dfn smallcaps underline ul equation " .. CONDITIONS),
  Header = set "unnumbered unlisted", Image = set "", Link = set "uri email", Table = set "", Code = set "",
  CodeBlock = set(CONDITIONS), Figure = set "",
}
for class in pairs(CALLOUTS) do CLASSES.Div[class] = true end

local WHEN = "when-format unless-format when-profile unless-profile when-meta unless-meta"
local ATTRIBUTES = {
  Div = set("header-rows widths title collapse appearance icon name fig-cap tbl-cap lst-cap tbl-colwidths layout-ncol layout-nrow width lang dir " .. WHEN),
  Span = set("lang dir " .. WHEN), Header = set "", Image = set "fig-alt fig-cap alt width height", Figure = set "",
  Link = set "target rel download", Table = set "tbl-colwidths", Code = set "",
  CodeBlock = set("filename lst-cap " .. WHEN),
}
local NAMES = {
  Div = "block", Span = "span", Header = "heading", Image = "picture", Figure = "picture", Link = "link",
  Table = "table", Code = "code", CodeBlock = "code",
}
local VALUES = { collapse = set "true false", appearance = set "default simple minimal", icon = set "true false" }

return function(job, report, options)
  local raw = raw_html(report)
  local function kind(id) return (id or ""):match("^(%l+)%-") end
  local function has(element, class) return element.classes:includes(class) end
  local function inlines_of(text)
    local first = pandoc.read(text, "markdown", options).blocks[1]
    return first and first.content or pandoc.Inlines {}
  end

  -- Hidden is hidden: by format, by profile (this renderer has none) and by metadata, on blocks, spans and code.

  local function holds(e, format)
    local a, ok = e.attributes, true
    local function test(name, value)
      local when, unless = a["when-" .. name], a["unless-" .. name]
      if when then ok = ok and (value(when) or false) end
      if unless then ok = ok and not value(unless) end
    end
    test("format", function(name) return SHOWS[format][name] end)
    test("profile", function() return false end)
    test("meta", function(name) return (job.metas or {})[name] end)
    return ok
  end

  local function conditional(e)
    local visible, hidden = has(e, "content-visible"), has(e, "content-hidden")
    if has(e, "hidden") then return {} end
    if not visible and not hidden then return nil end
    for _, name in ipairs { "when-format", "unless-format" } do
      local format = e.attributes[name]
      if format and not FORMATS[format] then report("attribute", name, "there is no format " .. format) end
    end
    local shown = {}
    for _, format in ipairs { "html", "typst" } do shown[format] = holds(e, format) == visible end
    if not shown.html and not shown.typst then return {} end
    e.classes = e.classes:filter(function(c) return c ~= "content-visible" and c ~= "content-hidden" end)
    for name in WHEN:gmatch("%S+") do e.attributes[name] = nil end
    local bare = e.t ~= "CodeBlock" and e.identifier == "" and #e.classes == 0 and #e.attributes == 0
    local content = bare and e.content or { e }
    if shown.html and shown.typst then return content end
    local wrap = e.t == "Span" and pandoc.Span or pandoc.Div
    return wrap(content, { class = shown.html and "only-html" or "only-typst" })
  end

  local function is_only(e) return has(e, "only-html") or has(e, "only-typst") end

  -- Captions: in an attribute, under a table, or the last paragraph of a block.

  local function captioned(e, attribute)
    local text = e.attributes[attribute]
    e.attributes[attribute] = nil
    local inlines = text and inlines_of(text)
    return inlines and (raw.inlines(inlines) or inlines)
  end

  -- A picture that stands alone is a figure, also when a link is around it or an attribute holds its caption.
  local function figure_of(p)
    local only = #p.content == 1 and p.content[1]
    local link = only and only.t == "Link" and #only.content == 1 and only.content[1].t == "Image" and only or nil
    local image = link and link.content[1] or only
    if not image or image.t ~= "Image" then return nil end
    local id = link and link.identifier ~= "" and link.identifier or image.identifier
    local caption = captioned(image, "fig-cap")
    if caption and #image.caption > 0 then report("attribute", "fig-cap", "the picture has two captions") end
    caption = caption or link and #image.caption > 0 and image.caption or nil
    if not caption and kind(id) ~= "fig" then return nil end
    image.identifier = ""
    if link then link.identifier, link.content = "", { image } end
    local long = caption and { pandoc.Plain(caption) } or {}
    return pandoc.Figure({ pandoc.Plain { link or image } }, { long = long }, { id = id })
  end

  -- A paragraph of several pictures, in a panel: one figure each.
  local function pictures(p)
    local out = pandoc.Blocks {}
    for _, x in ipairs(p.content) do
      if x.t == "Image" then
        local id, caption = x.identifier, captioned(x, "fig-cap") or x.caption
        x.identifier = ""
        local long = #caption > 0 and { pandoc.Plain(caption) } or {}
        out:insert(pandoc.Figure({ pandoc.Plain { x } }, { long = long }, { id = id }))
      elseif x.t ~= "Space" and x.t ~= "SoftBreak" then return pandoc.Blocks { p } end
    end
    return #out > 0 and out or pandoc.Blocks { p }
  end

  local function columns_of(d, parts)
    local across, down = d.attributes["layout-ncol"], d.attributes["layout-nrow"]
    d.attributes["layout-ncol"], d.attributes["layout-nrow"] = nil, nil
    if down then across = tostring(math.ceil(parts / (tonumber(down) or 1))) end
    local cols = tonumber(across or "1")
    if not cols or cols < 1 or cols > 6 or cols ~= math.floor(cols) then
      report("attribute", down and "layout-nrow" or "layout-ncol", "a layout has one to six columns")
      cols = 1
    end
    return tostring(math.floor(cols))
  end

  local function is_part(b)
    return b.t == "Figure" or b.t == "Table" or (b.t == "Div" or b.t == "CodeBlock") and EXHIBITS[kind(b.identifier)]
  end

  -- A labelled block around a figure, table or listing: content, and its caption as the last paragraph.
  local function exhibit(d, k)
    local content = pandoc.Blocks {}
    local has_layout = d.attributes["layout-ncol"] or d.attributes["layout-nrow"]
    for _, b in ipairs(d.content) do content:extend(b.t == "Para" and pictures(b) or { b }) end
    local caption = captioned(d, k .. "-cap")
    local last = content[#content]
    if not caption and #content > 1 and last.t == "Para" then
      caption = last.content
      content:remove(#content)
    end
    local parts, labelled = 0, false
    for _, b in ipairs(content) do
      if is_part(b) then parts = parts + 1 end
      labelled = labelled or EXHIBITS[kind(b.identifier)]
    end
    local only = content[1]
    if parts == 1 and not labelled and #content == 1 and (only.t == "Table" or only.t == "Figure") then
      local own = pandoc.utils.blocks_to_inlines(only.caption.long)
      if #own > 0 and caption then report("text", "#" .. d.identifier, d.identifier .. " has two captions") end
      caption = #own > 0 and own or caption
      only.caption = { long = {} }
      if only.t == "Figure" then content = only.content end
    elseif parts > 0 and (labelled or has_layout) then
      local at = 0
      content = content:map(function(b)
        if not is_part(b) then return b end
        at = at + 1
        b.attributes.part = string.char(96 + at)
        return b
      end)
      content = pandoc.Blocks { pandoc.Div(content, pandoc.Attr("", { "panel" }, { cols = columns_of(d, parts) })) }
    end
    if caption then content:insert(pandoc.Para(caption))
    elseif #content > 0 and content[#content].t == "Para" then content:insert(pandoc.Para {}) end
    d.content = content
    return d
  end

  -- Theorems and their like: a line in bold or italics opens the first paragraph.

  local function opened(content, head)
    local first = content[1]
    if not first or (first.t ~= "Para" and first.t ~= "Plain") then
      content:insert(1, pandoc.Para(head))
    else
      head:insert(pandoc.Space())
      first.content = head .. first.content
      content[1] = first
    end
    return content
  end

  local function statement(d, word, numbered)
    local content, name = d.content, d.attributes.name and inlines_of(d.attributes.name)
    if content[1] and content[1].t == "Header" then
      name = content[1].content
      content:remove(1)
    end
    d.attributes.name = nil
    local head = pandoc.Inlines { pandoc.Str(numbered and "⟦t:" .. d.identifier .. "⟧" or word) }
    if name then head:extend { pandoc.Space(), pandoc.Str "(" } head:extend(name) head:insert(pandoc.Str ")") end
    if not numbered then head:insert(pandoc.Str ".") end
    d.content = opened(content, pandoc.Inlines { (numbered and pandoc.Strong or pandoc.Emph)(head) })
    d.classes = pandoc.List { "statement" }
    return d
  end

  local function tabs(d)
    local out, level = pandoc.Blocks {}, nil
    for _, b in ipairs(d.content) do
      if b.t == "Header" and (not level or b.level == level) then
        level = b.level
        out:insert(pandoc.Div({ pandoc.Para { pandoc.Strong(b.content) } }, { class = "tab" }))
      elseif #out == 0 then report("class", "panel-tabset", "tabs start with a heading")
      else
        local tab = out[#out]
        tab.content:insert(b.t == "Header" and pandoc.Para { pandoc.Strong(b.content) } or b)
        out[#out] = tab
      end
    end
    return out
  end

  -- A table written as a list of rows, each a list of cells; a paragraph before it is the caption.
  local function list_table(d)
    local list, caption, rows, width = d.content[#d.content], {}, {}, 0
    if #d.content > 1 then caption = pandoc.utils.blocks_to_inlines { d.content[1] } end
    for _, item in ipairs(list and list.t == "BulletList" and #d.content < 3 and list.content or {}) do
      local cells = #item == 1 and item[1].t == "BulletList" and item[1].content or {}
      width = math.max(width, #cells)
      rows[#rows + 1] = cells
    end
    for _, cells in ipairs(rows) do
      if #cells ~= width or width == 0 then rows = {} end
    end
    local heads = tonumber(d.attributes["header-rows"] or "1")
    if #rows == 0 or (heads ~= 0 and heads ~= 1) then
      report("class", "list-table", "a list table is a list of rows, each a list of as many cells, with one row of heads or none")
      return {}
    end
    local head = heads == 1 and table.remove(rows, 1) or {}
    local aligns, widths = pandoc.List {}, pandoc.List {}
    for i = 1, width do aligns[i], widths[i] = "AlignDefault", 0 end
    local made = pandoc.utils.from_simple_table(pandoc.SimpleTable(caption, aligns, widths, head, rows))
    made.identifier = d.identifier
    made.attributes["tbl-colwidths"] = d.attributes["tbl-colwidths"] or d.attributes.widths
    return made
  end

  local function columns(d)
    local cells, widths = pandoc.Blocks {}, {}
    for _, b in ipairs(d.content) do
      if b.t ~= "Div" or not has(b, "column") then report("class", "columns", "a block of columns holds columns alone")
      else
        widths[b.attributes.width or ""] = true
        cells:insert(pandoc.Div(b.content))
      end
    end
    local first = next(widths)
    if first and next(widths, first) then report("class", "columns", "columns of different widths are not set; leave the widths out") end
    return pandoc.Div(cells, pandoc.Attr(d.identifier, { "panel" }, { cols = tostring(math.max(1, math.min(#cells, 6))) }))
  end

  -- The allow-list.

  local function known(e, t)
    for i, class in ipairs(e.classes) do
      local is_language = i == 1 and (t == "CodeBlock" or t == "Code") and not CLASSES.Span[class]
      if not (CLASSES[t][class] or is_language or t == "Span" and class:find("^verdict%-")) then
        report("class", class, "the renderer knows no class " .. class .. " of a " .. NAMES[t])
      end
    end
    for name, value in pairs(e.attributes) do
      if not (ATTRIBUTES[t][name] or name:find("^data%-")) then
        report("attribute", name, "the renderer knows no attribute " .. name .. " of a " .. NAMES[t])
      elseif VALUES[name] and not VALUES[name][value] then
        report("attribute", name, name .. " can not be " .. value)
      end
    end
  end

  local function inside_only(d)
    local which = has(d, "only-html") and "page" or "PDF"
    local function refuse(id) report("text", id, id .. " would be numbered in the " .. which .. " alone") end
    d:walk {
      Header = function(h) refuse("# " .. stringify(h.content)) end,
      Block = function(b) if b.t ~= "Header" and kind(b.identifier) and (EXHIBITS[kind(b.identifier)] or THEOREMS[kind(b.identifier)]) then refuse("#" .. b.identifier) end end,
    }
  end

  local check = { traverse = "topdown" }
  for t in pairs(CLASSES) do
    check[t] = function(e)
      if (t == "Div" or t == "Span") and is_only(e) then
        if t == "Div" then inside_only(e) end
        return e, false
      end
      known(e, t)
    end
  end

  local shapes = {}

  function shapes.Div(d)
    local k = kind(d.identifier)
    if has(d, "list-table") then return list_table(d) end
    if EXHIBITS[k] then return exhibit(d, k) end
    if THEOREMS[k] then return statement(d, THEOREMS[k], true) end
    for class, word in pairs(PROOFS) do
      if has(d, class) then return statement(d, word, false) end
    end
    for class in pairs(CALLOUTS) do
      local title = has(d, class) and captioned(d, "title")
      if title and not (d.content[1] and d.content[1].t == "Header") then d.content:insert(1, pandoc.Header(2, title)) end
    end
    if has(d, "panel-tabset") then return tabs(d) end
    if has(d, "columns") then return columns(d) end
    if has(d, "column-margin") or has(d, "aside") then
      d.classes = pandoc.List { "aside" }
    elseif d.attributes["layout-ncol"] or d.attributes["layout-nrow"] then
      local content = pandoc.Blocks {}
      for _, b in ipairs(d.content) do content:extend(b.t == "Para" and pictures(b) or { b }) end
      local cols = columns_of(d, #content)
      d.content = pandoc.Blocks { pandoc.Div(content, pandoc.Attr("", { "panel" }, { cols = cols })) }
    end
    return d
  end

  function shapes.Para(p) return figure_of(p) end

  function shapes.Span(s)
    if has(s, "aside") then return pandoc.Note { pandoc.Para(s.content) } end
  end

  function shapes.Code(c)
    local language = c.text:match("^{(%a[%w_.-]*)")
    if language and job.text:find("[`~][`~][`~]+%s*{%s*" .. language:gsub("%p", "%%%0")) then
      report("cell", language, "a code cell of " .. language .. " is not run here; to show it write the fence with " .. language .. " alone")
    elseif language and c.text:find("^{%a+}%s") then
      report("text", c.text, "code of " .. language .. " in a line is not run here")
    end
  end

  -- Between two dollar signs of prices pandoc finds a formula; words in one that no command sets are prose.
  function shapes.Math(m)
    if m.mathtype ~= "InlineMath" then return end
    local rest = m.text:gsub("\\%a+%s*%b{}", " "):gsub("\\%a+", " ")
    if (" " .. rest .. " "):find("%s%l%l%l+[%s%p]") then
      report("text", m.text, "the words between two dollar signs would be set as a formula; write a price with \\$")
    end
  end

  function shapes.CodeBlock(c)
    if c.text:find("[#/%%;-]%s*<%d+>%s*\n") or c.text:find("[#/%%;-]%s*<%d+>%s*$") then
      report("text", c.text:match("<%d+>"), "annotations of code are not set; say it in the text")
    end
    local name = c.attributes.filename
    if not name then return nil end
    c.attributes.filename = nil
    return pandoc.Div({ pandoc.Para { pandoc.Code(name) }, c }, { class = "code-file" })
  end

  local function front(doc)
    local blocks = pandoc.Blocks {}
    for _, line in ipairs(job.front or {}) do
      local read = pandoc.read(line.text, "markdown", options).blocks
      blocks:insert(pandoc.Div(read, { class = "front-" .. line.key }))
    end
    if #blocks > 0 then doc.blocks:insert(math.min(2, #doc.blocks + 1), pandoc.Div(blocks, { class = "front" })) end
    return doc
  end

  -- A walk costs more than a look at the text, so each looks for what it is about.
  local function writes(...)
    for _, mark in ipairs { ... } do
      if job.text:find(mark) then return true end
    end
    return false
  end

  local doc = pandoc.read(job.text, "markdown", options)
  for key in pairs(doc.meta) do report("text", key .. ":", "settings within a chapter are not read; they stand at its top") end
  if writes("content%-", "hidden") then
    doc = doc:walk { Div = conditional, Span = conditional, CodeBlock = conditional }
  end
  local is_raw = false
  if writes("<%a[%w-]*[%s/>]", "</%a[%w-]*>", "{=", "\\%a") then
    local function see(e) is_raw = is_raw or not raw.is_comment(e) end
    doc:walk { RawInline = see, RawBlock = see }
  end
  if is_raw then
    local skip = function(e) if is_only(e) then return e, false end end
    doc = doc:walk { traverse = "topdown", Div = skip, Span = skip, Blocks = raw.blocks, Inlines = raw.inlines }
  end
  if not writes("%]{", "<span") then check.Span = nil end
  if not writes("`{") then check.Code = nil end
  if not writes("[%])>]{") then check.Link = nil end
  doc:walk(check)
  if not writes("!%[") then shapes.Para = nil end
  if not writes("%$") then shapes.Math = nil end
  if not writes("[`~]%s*{%s*%a") then shapes.Code = nil end
  if not writes("aside") then shapes.Span = nil end
  doc = doc:walk(shapes)
  if writes("column") then
    doc:walk { Div = function(d) if has(d, "column") then report("class", "column", "a column stands in a block of columns") end end }
  end
  return front(doc)
end
