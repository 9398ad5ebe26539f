<?php
// A guest book in a single file: shows the entries and takes new ones.
$file = __DIR__ . '/entries.json';
$entries = is_file($file) ? json_decode(file_get_contents($file), true) : [];
$problem = null;

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $name = trim($_POST['name'] ?? '');
    $message = trim($_POST['message'] ?? '');
    if ($name === '' || $message === '') {
        $problem = 'Please fill in both fields.';
    } elseif (mb_strlen($message) > 500) {
        $problem = 'That is a lovely letter, but too long for a guest book.';
    } else {
        array_unshift($entries, ['name' => $name, 'message' => $message, 'on' => date('Y-m-d')]);
        file_put_contents($file, json_encode(array_slice($entries, 0, 200)), LOCK_EX);
        header('Location: ' . $_SERVER['SCRIPT_NAME'], true, 303);
        exit;
    }
}

function e(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES, 'UTF-8');
}
?>
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Guest book of the lighthouse</title>
</head>
<body>
  <h1>Guest book</h1>
  <?php if ($problem !== null): ?>
    <p class="problem"><?= e($problem) ?></p>
  <?php endif; ?>
  <form method="post">
    <label>Your name <input name="name" value="<?= e($_POST['name'] ?? '') ?>"></label>
    <label>What did you see? <textarea name="message"><?= e($_POST['message'] ?? '') ?></textarea></label>
    <button>Sign</button>
  </form>
  <?php foreach ($entries as $entry): ?>
    <article>
      <h2><?= e($entry['name']) ?>, <?= e($entry['on']) ?></h2>
      <p><?= nl2br(e($entry['message'])) ?></p>
    </article>
  <?php endforeach; ?>
</body>
</html>
