# Groups the words of a file into anagrams, the largest groups first.

module Anagrams
  module_function

  # Letters in order, without accents or case: "Été" and "tée" belong together.
  def key(word)
    word.unicode_normalize(:nfd).downcase.scan(/\p{L}/).sort.join
  end

  def group(words)
    words
      .uniq
      .group_by { |word| key(word) }
      .reject { |letters, members| letters.empty? || members.size < 2 }
      .values
      .sort_by { |members| [-members.size, members.first] }
  end

  def each_word(io)
    return enum_for(:each_word, io) unless block_given?

    io.each_line do |line|
      line.scan(/[\p{L}\p{M}]+/) { |word| yield word }
    end
  end
end

if $PROGRAM_NAME == __FILE__
  if ARGV.empty?
    warn 'usage: anagrams.rb FILE...'
    exit 2
  end
  words = ARGV.flat_map { |path| File.open(path, 'r:utf-8') { |io| Anagrams.each_word(io).to_a } }
  groups = Anagrams.group(words)
  groups.each { |members| puts members.join(' ') }
  exit(groups.empty? ? 1 : 0)
end
