-- A formula in words, as one would read it aloud: what a screen reader says of it in the PDF. On the page it
-- has MathML for that. What is read is pandoc's MathML, so that TeX has one reader; a sign that has no word
-- here is said as it is.

local SIGNS = {
  ["="] = "equals", ["+"] = "plus", ["−"] = "minus", ["-"] = "minus", ["±"] = "plus or minus",
  ["⋅"] = "times", ["×"] = "times", ["*"] = "times", ["/"] = "over", ["÷"] = "divided by",
  ["<"] = "is less than", [">"] = "is greater than", ["≤"] = "is at most", ["≥"] = "is at least",
  ["≠"] = "is not equal to", ["≈"] = "is about", ["∼"] = "is about", ["≡"] = "is the same as", ["∝"] = "is proportional to",
  ["∈"] = "in", ["→"] = "to", ["∑"] = "the sum", ["∏"] = "the product", ["∫"] = "the integral", ["…"] = "and so on",
  ["∞"] = "infinity", ["∂"] = "partial", ["{"] = "the set of", ["}"] = "", [":"] = "such that", ["|"] = "given",
  ["("] = "open bracket", [")"] = "close bracket", ["["] = "open bracket", ["]"] = "close bracket", ["%"] = "percent",
  ["\u{2061}"] = "", ["\u{2062}"] = "", ["′"] = "prime",
}
local ACCENTS = { ["‾"] = "bar", ["¯"] = "bar", ["^"] = "hat", ["\u{302}"] = "hat", ["~"] = "tilde", ["\u{303}"] = "tilde", ["→"] = "vector", ["˙"] = "dot" }
local GREEK = {}
for letter, name in ([[α alpha β beta γ gamma δ delta ε epsilon ϵ epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu
  ν nu ξ xi π pi ρ rho σ sigma τ tau υ upsilon ϕ phi φ phi χ chi ψ psi ω omega Γ capital-gamma Δ capital-delta Θ capital-theta
  Λ capital-lambda Ξ capital-xi Π capital-pi Σ capital-sigma Φ capital-phi Ψ capital-psi Ω capital-omega]]):gmatch("(%S+) (%S+)") do
  GREEK[letter] = name:gsub("-", " ")
end
local POWERS = { ["2"] = "squared", ["3"] = "cubed" }
local LARGE = { ["∑"] = true, ["∏"] = true, ["∫"] = true }

-- MathML as a tree; its texts hold no tag, and its attributes no ">".
local function tree(mathml)
  local root = { tag = "mrow" }
  local open = { root }
  for text, slash, tag, rest in mathml:gmatch("([^<]*)<(/?)(%w+)([^>]*)>") do
    local top = open[#open]
    if text ~= "" then top.text = text:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&amp;", "&") end
    if slash == "/" then
      open[#open] = nil
    else
      local node = { tag = tag }
      top[#top + 1] = node
      if rest:sub(-1) ~= "/" then open[#open + 1] = node end
    end
  end
  return root
end

local function sign(node) return node and node.tag == "mo" and node.text end

local say

-- Thousands are written as several numbers with commas between them.
local function number(nodes, i)
  local text = nodes[i].text
  while sign(nodes[i + 1]) == "," and nodes[i + 2] and nodes[i + 2].tag == "mn" and #nodes[i + 2].text == 3 do
    text, i = text .. "," .. nodes[i + 2].text, i + 2
  end
  return text, i
end

-- Is it said in one breath, so that no word need tell where it ends?
local function is_short(node)
  return #node == 0 or node.tag == "msub" or node.tag == "mover" or #node == 1 and is_short(node[1])
end

-- What stands between the first and the last of a row: "(w)" is w.
local function bracketed(node, first, last)
  while node.tag == "mrow" and #node == 1 do node = node[1] end
  if node.tag ~= "mrow" or sign(node[1]) ~= first or sign(node[#node]) ~= last then return nil end
  return { tag = "mrow", table.unpack(node, 2, #node - 1) }
end

-- What is multiplied by what stands before it, though no sign says so.
local function is_factor(node)
  if node.tag == "mrow" then return node[1] ~= nil and is_factor(node[1]) end
  if LARGE[node[1] and node[1].text] then return true end
  return node.tag ~= "mo" and node.tag ~= "mtext" and node.tag ~= "mspace" and not SIGNS[node.text]
end

local function row(nodes)
  local out, before, i = {}, false, 1
  while i <= #nodes do
    local node, words = nodes[i], nil
    if node.tag == "mn" then words, i = number(nodes, i) else words = say(node) end
    if words ~= "" then
      if before and is_factor(node) then out[#out + 1] = "times" end
      out[#out + 1] = words
      local closes = sign(node) == ")" or sign(node) == "]"
      before = closes or is_factor(node) and not LARGE[node[1] and node[1].text]
    end
    i = i + 1
  end
  return table.concat(out, " ")
end

local function sub(node) return say(node) .. (is_short(node) and "" or ", end sub,") end

local function power(node)
  local mark = bracketed(node, "(", ")")
  if mark then return "with superscript " .. row(mark) end
  local exponent = say(node)
  return POWERS[exponent] or "to the power of " .. exponent .. (is_short(node) and "" or ", end power,")
end

local function large(base, from, to)
  if to then return base .. " from " .. from .. " to " .. to .. " of" end
  return base .. " over " .. from .. " of"
end

local function each(nodes, between)
  local words = {}
  for i, node in ipairs(nodes) do words[i] = say(node) end
  return table.concat(words, between)
end

local SHAPES = {
  mspace = function() return "" end,
  annotation = function() return "" end,
  mtext = function(n) return n.text or "" end,
  mn = function(n) return n.text end,
  mo = function(n) return SIGNS[n.text] or n.text or "" end,
  mi = function(n)
    local text = n.text or ""
    return GREEK[text] or SIGNS[text] or (text:match("^%u$") and "capital " .. text) or text
  end,
  msub = function(n)
    if LARGE[n[1].text] then return large(say(n[1]), say(n[2])) end
    return say(n[1]) .. " sub " .. sub(n[2])
  end,
  msup = function(n) return say(n[1]) .. " " .. power(n[2]) end,
  msubsup = function(n)
    if LARGE[n[1].text] then return large(say(n[1]), say(n[2]), say(n[3])) end
    return say(n[1]) .. " sub " .. sub(n[2]) .. " " .. power(n[3])
  end,
  mover = function(n) return say(n[1]) .. " " .. (ACCENTS[n[2].text] or "with " .. say(n[2]) .. " over it") end,
  munder = function(n) return large(say(n[1]), say(n[2])) end,
  munderover = function(n) return large(say(n[1]), say(n[2]), say(n[3])) end,
  mfrac = function(n)
    if is_short(n[1]) and is_short(n[2]) then return say(n[1]) .. " over " .. say(n[2]) end
    return "the fraction of " .. say(n[1]) .. ", over " .. say(n[2]) .. ", end of fraction,"
  end,
  msqrt = function(n) return "the square root of " .. row(n) .. (is_short(n) and "" or ", end of root,") end,
  mroot = function(n) return "the root of order " .. say(n[2]) .. " of " .. say(n[1]) .. ", end of root," end,
  mtr = function(n) return each(n, ", ") end,
  mtable = function(n) return each(n, "; ") end,
}

function say(node)
  if SHAPES[node.tag] then return SHAPES[node.tag](node) end
  local size = bracketed(node, "|", "|")
  if size then return (sign(size[1]) == "{" and "the size of " or "the absolute value of ") .. row(size) end
  return row(node)
end

return function(tex)
  local formula = pandoc.Pandoc { pandoc.Plain { pandoc.Math("DisplayMath", tex) } }
  local mathml = pandoc.write(formula, "html", pandoc.WriterOptions { html_math_method = "mathml" })
  local words = say(tree(mathml)):gsub("%s+", " "):gsub(" ([,;])", "%1"):gsub(",+", ",")
  words = words:gsub("^%s+", ""):gsub("[%s,]+$", "")
  return words ~= "" and words or tex
end
