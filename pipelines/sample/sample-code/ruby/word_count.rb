# SPDX-License-Identifier: GPL-3.0-only
# Counts how often each word occurs in the files that are named, and prints
# the most frequent ones with a bar beside each.

WIDTH = 40

def words(path)
  File.foreach(path, encoding: 'utf-8').flat_map { |line| line.downcase.scan(/[\p{L}\p{M}']+/) }
end

def bar(count, largest)
  '*' * [(count * WIDTH / largest.to_f).round, 1].max
end

def report(counts, top)
  chosen = counts.sort_by { |word, count| [-count, word] }.first(top)
  return if chosen.empty?

  largest = chosen.first.last
  longest = chosen.map { |word, _| word.length }.max
  chosen.each do |word, count|
    puts format("%-#{longest}s %6d %s", word, count, bar(count, largest))
  end
end

if ARGV.empty?
  warn 'usage: word_count.rb FILE...'
  exit 2
end

begin
  report(ARGV.flat_map { |path| words(path) }.tally, 20)
rescue SystemCallError => e
  warn e.message
  exit 1
end
