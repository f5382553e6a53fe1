-- Quarto has done with conditions when a shortcode's result arrives, so those of formats are settled here.
local function settled(element)
  local visible = element.classes:includes("content-visible")
  if not visible and not element.classes:includes("content-hidden") then return nil end
  local when, unless = element.attributes["when-format"], element.attributes["unless-format"]
  local holds = (not when or quarto.doc.is_format(when)) and not (unless and quarto.doc.is_format(unless))
  return holds == visible and element.content or {}
end

-- {{< generated NAME >}}: the Markdown that the analysis wrote to _generated/NAME.md, with its values filled in.
return {
  ["generated"] = function(args)
    local name = pandoc.utils.stringify(args[1] or "")
    local path = pandoc.path.join({ quarto.project.directory, "_generated", name .. ".md" })
    local file = io.open(path, "r")
    if not file then
      error("generated " .. name .. ": there is no " .. path .. "; run `python3 -m analysis prepare` first")
    end
    local text = file:read("a")
    file:close()
    -- The reader for paper gives a pipe table with long lines widths from its dashes; see `reading.lua`.
    local blocks = quarto.utils.string_to_blocks(text):walk({ Span = settled, Div = settled })
    if not quarto.doc.is_format("typst") then return blocks end
    return blocks:walk({
      Table = function(t)
        local sum = 0
        for _, spec in ipairs(t.colspecs) do sum = sum + (spec[2] or 0) end
        if math.abs(sum - 1) > 0.001 then return nil end
        t.colspecs = t.colspecs:map(function(spec) return { spec[1], nil } end)
        return t
      end,
    })
  end,
}
