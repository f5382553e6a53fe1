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
    local blocks = quarto.utils.string_to_blocks(text)
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
