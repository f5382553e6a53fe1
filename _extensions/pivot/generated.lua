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
    return quarto.utils.string_to_blocks(text)
  end,
}
