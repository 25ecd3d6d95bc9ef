


<!DOCTYPE html>
<html lang="en" data-color-mode="auto">
<head>
  <meta charset="utf-8">
  <title>demand/score.py at main</title>
  <link rel="stylesheet" href="/assets/primer.css">
</head>
<body>
<main>
<table class="highlight">
<tr><td id="L1" data-line-number="1"></td><td class="blob-code">import json</td></tr>
<tr><td id="L2" data-line-number="2"></td><td class="blob-code">import os</td></tr>
<tr><td id="L3" data-line-number="3"></td><td class="blob-code"></td></tr>
<tr><td id="L4" data-line-number="4"></td><td class="blob-code">def init():</td></tr>
<tr><td id="L5" data-line-number="5"></td><td class="blob-code">    global weights</td></tr>
<tr><td id="L6" data-line-number="6"></td><td class="blob-code">    weights = json.load(open(os.path.join(os.getenv(&quot;AZUREML_MODEL_DIR&quot;), &quot;weights.json&quot;)))</td></tr>
<tr><td id="L7" data-line-number="7"></td><td class="blob-code"></td></tr>
<tr><td id="L8" data-line-number="8"></td><td class="blob-code">def run(data):</td></tr>
<tr><td id="L9" data-line-number="9"></td><td class="blob-code">    return weights[&quot;base&quot;] * json.loads(data)[&quot;hours&quot;]</td></tr>
</table>
</main>
</body>
</html>
