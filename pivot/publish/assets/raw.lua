-- Raw HTML is what pandoc drops from the PDF: what has a meaning in Markdown is given it, the rest is named.
-- Raw HTML and raw Typst side by side are one thing for each output.

local INLINE = {
  sup = pandoc.Superscript, sub = pandoc.Subscript, s = pandoc.Strikeout, del = pandoc.Strikeout,
  strike = pandoc.Strikeout, b = pandoc.Strong, strong = pandoc.Strong, i = pandoc.Emph, em = pandoc.Emph,
  u = pandoc.Underline, ins = pandoc.Underline,
}
local SPANS = { kbd = true, mark = true, dfn = true }

return function(report)
  local function refuse_html(text)
    local tag = text:match("^%s*</?(%a[%w-]*)") or text
    report("text", text:match("^%s*([^\n]*)"), "raw HTML <" .. tag .. "> would be missing in the PDF; write it in Markdown, or for the page alone in a block with {.content-visible when-format=\"html\"}")
  end

  local function refuse_raw(e)
    if e.format == "html" then refuse_html(e.text)
    else report("text", e.text:match("[^\n]*"), "raw " .. e.format .. " is in neither the page nor the PDF") end
  end

  local function is_comment(e) return e.format == "html" and e.text:find("^%s*<!%-%-") end

  -- Raw HTML and raw Typst side by side are one thing for each output; raw Typst alone is for the PDF.
  local function paired(list, i, t)
    local x = list[i]
    if x.format == "typst" then return true end
    for _, j in ipairs { i - 1, i + 1 } do
      if list[j] and list[j].t == t and list[j].format == "typst" and x.format == "html" then return true end
    end
    return false
  end

  local function raw_inlines(inlines)
    local stack, changed = { { out = pandoc.Inlines {} } }, false
    for i, x in ipairs(inlines) do
      local top = stack[#stack]
      if x.t ~= "RawInline" or is_comment(x) then
        top.out:insert(x)
      else
        changed = true
        local open, close = x.text:match("^<(%a+)>$"), x.text:match("^</(%a+)>$")
        if paired(inlines, i, "RawInline") then
          top.out:insert(pandoc.Span({ x }, { class = "only-" .. x.format }))
        elseif x.format ~= "html" then refuse_raw(x)
        elseif x.text:find("^<br%s*/?>$") then top.out:insert(pandoc.LineBreak())
        elseif open and (INLINE[open] or SPANS[open]) then stack[#stack + 1] = { tag = open, out = pandoc.Inlines {}, raw = x }
        elseif close and top.tag == close then
          stack[#stack] = nil
          local made = INLINE[close] and INLINE[close](top.out) or pandoc.Span(top.out, { class = close })
          stack[#stack].out:insert(made)
        else refuse_html(x.text) end
      end
    end
    while #stack > 1 do
      refuse_html(stack[#stack].raw.text)
      stack[#stack - 1].out:extend(stack[#stack].out)
      stack[#stack] = nil
    end
    if changed then return stack[1].out end
  end

  local function bare_table(t)
    local function bare(rows)
      return rows:map(function(row)
        row.attr = pandoc.Attr()
        row.cells = row.cells:map(function(cell) cell.attr = pandoc.Attr() return cell end)
        return row
      end)
    end
    local head, foot = t.head, t.foot
    head.rows, foot.rows = bare(head.rows), bare(foot.rows)
    t.head, t.foot = head, foot
    t.bodies = t.bodies:map(function(body) body.head, body.body = bare(body.head), bare(body.body) return body end)
    t.attr = pandoc.Attr(t.identifier)
    return t
  end

  -- A table in HTML: its tags and what pandoc read between them, up to the tag that closes it.
  local function html_table(blocks, from)
    local to = from
    while blocks[to] and not (blocks[to].t == "RawBlock" and blocks[to].text:find("</table>", 1, true)) do to = to + 1 end
    local part = pandoc.Blocks {}
    for i = from, math.min(to, #blocks) do part:insert(blocks[i]) end
    local text = pandoc.write(pandoc.Pandoc(part), "html", pandoc.WriterOptions { html_math_method = "mathml" })
    local read = pandoc.read(text, "html").blocks
    if #read ~= 1 or read[1].t ~= "Table" then refuse_html(blocks[from].text) return pandoc.Blocks {}, to end
    return pandoc.Blocks { bare_table(read[1]) }, to
  end

  local function raw_blocks(blocks)
    local out, changed, i = pandoc.Blocks {}, false, 1
    while i <= #blocks do
      local x = blocks[i]
      if x.t ~= "RawBlock" or is_comment(x) then
        out:insert(x)
      else
        changed = true
        if paired(blocks, i, "RawBlock") then out:insert(pandoc.Div({ x }, { class = "only-" .. x.format }))
        elseif x.format == "html" and x.text:find("^%s*<table") then
          local made, to = html_table(blocks, i)
          out:extend(made)
          i = to
        elseif x.format == "html" and x.text:find("^%s*<hr%s*/?>%s*$") then out:insert(pandoc.HorizontalRule())
        else refuse_raw(x) end
      end
      i = i + 1
    end
    if changed then return out end
  end

  return { inlines = raw_inlines, blocks = raw_blocks, is_comment = is_comment }
end
