-- The second pass for the page: a numbered chapter as HTML with holes; see `engine.lua`.

local common = ...
local stringify = pandoc.utils.stringify
local WRITE, kind, raw, raw_block = common.WRITE, common.kind, common.raw, common.raw_block
local plain, plain_inlines, callout_kind, early_filter = common.plain, common.plain_inlines, common.callout_kind, common.early_filter
local reference_text, only, is_outside, is_in_book = common.reference_text, common.only, common.is_outside, common.is_in_book
local callout_title, attributes = common.callout_title, common.attributes

-- Screen readers are told what each head of a table stands over; the first cell of a row is the row's. A
-- column's side becomes a class, since the pages' policy allows no style in a tag.
local SIDES = { AlignRight = "right", AlignCenter = "centre" }

local function with_heads(t)
  local sides = t.colspecs:map(function(spec) return SIDES[spec[1]] or "" end)

  local function marked(rows, scope)
    return rows:map(function(row)
      local column = 1
      row.cells = row.cells:map(function(cell)
        local side = SIDES[cell.alignment] or sides[column]
        if side ~= "" then cell.classes:insert(side) end
        cell.alignment = "AlignDefault"
        cell.attributes.scope = scope == "col" and "col" or column == 1 and "row" or nil
        column = column + cell.col_span
        return cell
      end)
      return row
    end)
  end

  local head, foot = t.head, t.foot
  head.rows, foot.rows = marked(head.rows, "col"), marked(foot.rows, "row")
  t.head, t.foot = head, foot
  t.bodies = t.bodies:map(function(body)
    body.head, body.body = marked(body.head, "col"), marked(body.body, "row")
    -- The writer would cut a head of two columns to the one column of heads.
    local wide = false
    for _, row in ipairs(body.body) do wide = wide or row.cells[1] and row.cells[1].col_span > 1 end
    body.row_head_columns = wide and 0 or 1
    return body
  end)
  t.colspecs = t.colspecs:map(function(spec) return { "AlignDefault", spec[2] } end)
  return t
end

local PIXELS = { px = 1, pt = 96 / 72, ["in"] = 96, cm = 96 / 2.54, mm = 96 / 25.4 }

return function(doc, job, o)
  local filter, early = early_filter(job, o, "html")

  function filter.Header(h)
    local rel = h.attributes.secno
    if rel then
      h.attributes.secno = nil
      h.content:insert(1, pandoc.Space())
      h.content:insert(1, pandoc.Span({ pandoc.Str("⟦s:" .. rel .. "⟧") }, { class = "secno" }))
    end
    return h
  end

  function filter.Cite(c)
    local out = pandoc.Inlines {}
    for i, x in ipairs(c.citations) do
      if i > 1 then out:extend { pandoc.Str ",", pandoc.Space() } end
      if #x.prefix > 0 then out:extend(x.prefix) out:insert(pandoc.Str "\u{a0}") end
      out:insert(pandoc.Link(reference_text(c, x), "xref:" .. x.id, "", { class = "xref" }))
      out:extend(x.suffix)
    end
    return out, false
  end

  function filter.Link(l)
    l.target = early(l.target)
    l.content = plain_inlines(l.content)
    if is_in_book(l.target) then l.target = "doc:" .. l.target
    elseif not is_outside(l.target) then l.target = "file:" .. l.target end
    attributes(l)
    return l
  end

  function filter.Image(i)
    i.src = "image:" .. early(i.src)
    i.attributes.alt = plain(i.attributes["fig-alt"] or stringify(i.caption))
    i.attributes["fig-alt"], i.attributes.block = nil, nil
    local number, unit = (i.attributes.width or ""):match("^([%d.]+)(%a+)$")
    if PIXELS[unit] then i.attributes.width = tostring(math.floor(number * PIXELS[unit] + 0.5)) end
    i.caption = {}
    attributes(i)
    return i
  end

  function filter.Span(s)
    attributes(s)
    local alone = only(s, "html", filter)
    if alone then return alone, false end
    if s.classes:includes "broken-guard" then
      local out = s.content:walk(filter)
      out:insert(raw("html", ' <span class="guard-note">[no longer holds]</span></mark>'))
      out:insert(1, raw("html", '<mark class="broken-guard">'))
      return out, false
    elseif kind(s.identifier) == "eq" then
      s.content:insert(pandoc.Span({ pandoc.Str("(⟦n:" .. s.identifier .. "⟧)") }, { class = "equation-number" }))
      return s
    end
    return s
  end

  -- What may be wider than the page scrolls in a region of its own, which the keyboard reaches.
  local function region(class, key, name)
    return 'class="' .. class .. '" role="group" tabindex="0" ' .. key .. '="' .. name:gsub("&", "&amp;"):gsub('"', "&quot;") .. '"'
  end

  function filter.Table(t)
    local key, by = "aria-labelledby", t.attributes["aria-labelledby"]
    if not by then
      local names = {}
      for _, row in ipairs(t.head.rows) do
        for _, cell in ipairs(row.cells) do names[#names + 1] = stringify(cell.contents) end
      end
      key, by = "aria-label", plain("Table: " .. table.concat(names, ", "))
    end
    return { raw_block("html", "<div " .. region("table-scroll", key, by) .. ">"), with_heads(t), raw_block("html", "</div>") }
  end

  function filter.Math(m)
    m.text = early(m.text)
    if m.mathtype ~= "DisplayMath" then return m end
    return { raw("html", "<span " .. region("math-scroll", "aria-label", "Formula") .. ">"), m, raw("html", "</span>") }, false
  end

  function filter.Div(d)
    attributes(d)
    local alone = only(d, "html", filter)
    if alone then return alone, false end
    if d.classes:includes "panel" then
      d.classes:insert("panel-" .. d.attributes.cols)
      d.attributes.cols = nil
      return d
    end
    if d.identifier == "refs" then return raw_block("html", "⟦b:⟧"), false end
    if d.classes:includes "exhibit" then
      local k, id, body = d.attributes.kind, d.identifier, pandoc.Blocks(d.content)
      local caption, source = body:remove(#body).content, nil
      if k == "fig" and not (body[1] and body[1].t == "Div" and body[1].classes:includes "panel") then
        body:walk { Image = function(i) source = source or i.src end }
        if source and #caption > 0 and caption[#caption].content then
          caption[#caption].content:insert(raw("html", "⟦d:" .. early(source) .. "⟧"))
        end
      end
      local name = id ~= "" and ' id="' .. id .. '"' or ""
      local cap = pandoc.Blocks {}
      if #caption > 0 then
        cap:insert(raw_block("html", "<figcaption" .. (id ~= "" and ' id="' .. id .. '-caption"' or "") .. ">"))
        cap:extend(caption)
        cap:insert(raw_block("html", "</figcaption>"))
      end
      local out = pandoc.Blocks { raw_block("html", "<figure" .. name .. ' class="exhibit exhibit-' .. k .. '">') }
      if k ~= "fig" then out:extend(cap) end
      if source then
        local key, by = "aria-label", "Figure"
        if id ~= "" and #caption > 0 then key, by = "aria-labelledby", id .. "-caption" end
        out:insert(raw_block("html", "<div " .. region("picture-scroll", key, by) .. ">"))
      end
      for _, b in ipairs(body) do -- a picture alone needs no paragraph
        out:insert(k == "fig" and b.t == "Para" and pandoc.Plain(b.content) or b)
      end
      if source then out:insert(raw_block("html", "</div>")) end
      if k == "fig" then out:extend(cap) end
      out:insert(raw_block("html", "</figure>"))
      return out:walk(filter), false
    end
    local name, word = callout_kind(d)
    if name then
      local shown, title = callout_title(d, word)
      local fold = d.attributes.collapse
      local id = d.identifier ~= "" and ' id="' .. d.identifier .. '"' or ""
      local tag, head = fold and "details" or "div", fold and "summary" or "p"
      local line = pandoc.Inlines { raw("html", '<' .. head .. ' class="callout-title"><span class="callout-kind">'), pandoc.Str(shown), raw("html", "</span>") }
      if title then line:insert(pandoc.Space()) line:extend(title) end
      line:insert(raw("html", "</" .. head .. ">"))
      local out = pandoc.Blocks { raw_block("html", "<" .. tag .. id .. ' class="callout callout-' .. name .. '"' .. (fold == "false" and " open" or "") .. ">") }
      out:insert(pandoc.Plain(line))
      out:extend(d.content)
      out:insert(raw_block("html", "</" .. tag .. ">"))
      return out:walk(filter), false
    end
    return d
  end

  filter.traverse = "topdown"
  local text = pandoc.write(doc:walk(filter), "html", WRITE)
  text = text:gsub('<col style="(width): ([%d.]+%%)" />', '<col %1="%2" />') -- no style in a tag, here too
  text = text:gsub('<table style="width:[%d.]+%%;">', "<table>")
  text = text:gsub('(<td[^>]-) scope="row"', "%1") -- below a head of two rows, in a foot or a wide row
  text = text:gsub('(<mtd[^>]-) style="text%-align: (%a+)[^"]*"', '%1 class="%2"')
  return (text:gsub('(<img[^>]-)%s+style="width: *([%d.]+)%%;?"', function(tag, share)
    return tag .. string.format(' width="%g%%"', tonumber(share))
  end))
end
