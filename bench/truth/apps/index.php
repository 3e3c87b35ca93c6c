<?php
// `/KIND?SECONDS`: what a request does, by its kind, and when that was, by the clock that the bench reads too.
function now(): float { return hrtime(true) / 1e9; }

function query(float $seconds): void
{
    $backend = pfsockopen('127.0.0.1', (int) $_SERVER['BACKEND_PORT']);
    fwrite($backend, sprintf("%.6f\n", $seconds));
    fgets($backend);
}

function cpu(): float
{
    $usage = getrusage();
    return $usage['ru_utime.tv_sec'] + $usage['ru_utime.tv_usec'] / 1e6;
}

function spin(float $seconds): void
{
    $ends = cpu() + $seconds;
    while (cpu() < $ends) { for ($i = 0; $i < 1000; $i++) {} }
}

$began = now();
$seconds = (float) $_SERVER['QUERY_STRING'];
$kind = trim(strtok($_SERVER['REQUEST_URI'], '?'), '/');
match ($kind) { 'db' => query($seconds), 'cpu' => spin($seconds), default => null };
if ($kind !== 'none') {
    $line = sprintf("request %d %.6f %.6f\n", getmypid(), $began, now());
    file_put_contents($_SERVER['TRUTH_LOG'] . '/' . getmypid() . '.log', $line, FILE_APPEND);
}
echo 'ok';
