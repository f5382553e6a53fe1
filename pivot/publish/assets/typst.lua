-- The second pass for the PDF: a numbered chapter as Typst with holes; see `engine.lua`.

local common, spoken, forms = ...
local stringify = pandoc.utils.stringify
local WRITE, kind, is_global, raw = common.WRITE, common.kind, common.is_global, common.raw
local raw_block, plain, plain_inlines, callout_kind = common.raw_block, common.plain, common.plain_inlines, common.callout_kind
local early_filter, reference_text, only, is_outside = common.early_filter, common.reference_text, common.only, common.is_outside
local is_in_book, callout_title = common.is_in_book, common.callout_title

local MANY = 8 -- columns, above which a table is looked at for whether it fits
local LENGTHS = { ["%"] = 1, pt = 1, ["in"] = 1, cm = 1, mm = 1 }

local function typst_string(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"' end

return function(doc, job, o)
  local filter, early = early_filter(job, o, "typst")
  local function label(id) return is_global(id) and id or job.key .. "--" .. id end

  function filter.Header(h)
    local rel = h.attributes.secno
    if rel then
      h.attributes.secno = nil
      h.content:insert(1, raw("typst", "#secno[⟦s:" .. rel .. "⟧];"))
    end
    h.identifier = label(h.identifier)
    return h
  end

  function filter.Cite(c)
    local out = pandoc.Inlines {}
    for i, x in ipairs(c.citations) do
      if i > 1 then out:extend { pandoc.Str ",", pandoc.Space() } end
      if #x.prefix > 0 then out:extend(x.prefix) out:insert(pandoc.Str "\u{a0}") end
      out:extend { raw("typst", "#link(<⟦x:" .. x.id .. "⟧>)["), pandoc.Str(reference_text(c, x)), raw("typst", "];") }
      out:extend(x.suffix)
    end
    return out, false
  end

  function filter.Link(l)
    l.target = early(l.target)
    l.content = plain_inlines(l.content)
    if is_in_book(l.target) then
      local out = pandoc.Inlines { raw("typst", "#link(<⟦l:" .. l.target .. "⟧>)[") }
      out:extend(l.content:walk(filter))
      out:insert(raw("typst", "];"))
      return out, false
    elseif not is_outside(l.target) then
      return l.content:walk(filter), false
    end
    return l
  end

  function filter.Image(i)
    local alt = plain(i.attributes["fig-alt"] or stringify(i.caption)):gsub("⟦p:", "⟦q:")
    local number, unit = (i.attributes.width or ""):match("^([%d.]+)(%a*%%?)$")
    if unit == "px" or unit == "" then number, unit = number and number * 0.75, "pt" end
    if (i.attributes.width and not LENGTHS[unit]) or i.attributes.height then
      job.report("attribute", i.attributes.height and "height" or "width", "a picture is sized by its width alone, in % px in cm mm or pt")
    end
    local size = number and ", width: " .. number .. unit or ""
    local made = 'picture("⟦f:' .. early(i.src) .. '⟧", alt: ' .. typst_string(alt) .. size .. ")"
    return raw("typst", (i.attributes.block and "#" .. made or "#box(" .. made .. ")") .. ";"), false
  end

  function filter.Span(s)
    local alone = only(s, "typst", filter)
    if alone then return alone, false end
    if s.classes:includes "broken-guard" then
      local out = s.content:walk(filter)
      out:insert(1, raw("typst", "#broken-guard["))
      out:insert(raw("typst", "];"))
      return out, false
    elseif kind(s.identifier) == "eq" then
      local body = pandoc.write(pandoc.Pandoc { pandoc.Plain(s.content:walk { Math = filter.Math }) }, "typst", WRITE):gsub("%s+$", "")
      return raw("typst", "#equation[(⟦n:" .. s.identifier .. "⟧)][" .. body .. "] <" .. s.identifier .. ">"), false
    end
    for _, class in ipairs(s.classes) do
      local slug = class:match("^verdict%-(.+)$")
      if slug then
        local out = s.content:walk(filter)
        out:insert(1, raw("typst", '#verdict("' .. slug .. '")['))
        out:insert(raw("typst", "];"))
        return out, false
      end
    end
    if s.identifier ~= "" then s.identifier = label(s.identifier) end
    return s
  end

  -- A screen reader reads a formula by its words.
  function filter.Math(m)
    m.text = early(m.text)
    local alt = spoken(m.text)
    local body = pandoc.write(pandoc.Pandoc { pandoc.Plain { m } }, "typst", WRITE):gsub("%s+$", "")
    return raw("typst", "#formula(" .. typst_string(alt) .. ")[" .. body .. "];"), false
  end

  function filter.Table(t)
    forms.once(t)
    t.classes:insert "typst:no-figure"
    t.attributes["aria-labelledby"] = nil
    local is_account = t.attributes.account
    t.attributes.account = nil
    if t.identifier ~= "" then t.identifier = label(t.identifier) end
    if is_account then return t end
    return { raw_block("typst", #t.colspecs > MANY and "#wide[" or "#fitted["), t, raw_block("typst", "]") }
  end

  local function number(claim) return "⟦k:" .. claim .. "⟧" end
  local function is_table(b) return b.t == "Div" and b.attributes.kind == "tbl" end
  function filter.Blocks(blocks) return forms.around(blocks, number, is_table) end

  function filter.Div(d)
    local alone = only(d, "typst", filter)
    if alone then return alone, false end
    if d.classes:includes "panel" then
      local out = pandoc.Blocks { raw_block("typst", "#panel(" .. d.attributes.cols .. ")[") }
      for i, part in ipairs(d.content) do
        if i > 1 then out:insert(raw_block("typst", "][")) end
        out:insert(part)
      end
      out:insert(raw_block("typst", "]"))
      return out:walk(filter), false
    end
    if d.classes:includes "aside" or d.classes:includes "front" then
      local out = pandoc.Blocks { raw_block("typst", "#aside[") }
      out:extend(d.content)
      out:insert(raw_block("typst", "]"))
      return out:walk(filter), false
    end
    if d.identifier == "refs" then return raw_block("typst", "#references[\n⟦b:⟧\n]"), false end
    local id = d.identifier ~= "" and " <" .. label(d.identifier) .. ">" or ""
    if d.classes:includes "exhibit" then
      local body = pandoc.Blocks(d.content)
      local caption = body:remove(#body).content
      local head = '#exhibit("' .. d.attributes.kind .. '"'
      local out = pandoc.Blocks {}
      if #caption > 0 then
        out:insert(raw_block("typst", head .. ", caption: ["))
        out:extend(caption)
        out:insert(raw_block("typst", "])["))
      else
        out:insert(raw_block("typst", head .. ")["))
      end
      out:extend(body)
      out:insert(raw_block("typst", "]" .. id))
      return out:walk(filter), false
    end
    local name, word = callout_kind(d)
    if name then
      local shown, title = callout_title(d, word)
      local line = pandoc.Inlines { pandoc.Str(shown) }
      if title then line:insert(raw("typst", "#h(0.6em);")) line:extend(title) end
      local head = '#callout("' .. name .. '", ['
      if d.attributes.account and title then head, line = "#published([" .. shown .. "], [", title end
      local out = pandoc.Blocks { raw_block("typst", head), pandoc.Plain(line), raw_block("typst", "])[") }
      out:extend(d.content)
      out:insert(raw_block("typst", "]" .. id))
      return out:walk(filter), false
    end
    if d.identifier ~= "" then d.identifier = label(d.identifier) end
    return d
  end

  filter.traverse = "topdown"
  return forms.finished(pandoc.write(doc:walk(filter), "typst", WRITE))
end
