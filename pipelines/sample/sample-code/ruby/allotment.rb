# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Plans an allotment: which bed gets which crop, so that no family of plants
# grows in the same bed two years running.
class Allotment
  Crop = Struct.new(:name, :family, :rows)

  class NoRoom < StandardError; end

  def initialize(beds)
    @beds = beds.dup.freeze
    @years = []
  end

  def plan(crops)
    free = @beds.dup
    placed = {}
    crops.sort_by { |crop| [-crop.rows, crop.name] }.each do |crop|
      bed = free.find { |name, rows| rows >= crop.rows && rested?(name, crop.family, placed) }
      raise NoRoom, "no bed is left for #{crop.name}" if bed.nil?

      free[bed.first] -= crop.rows
      (placed[bed.first] ||= []) << crop
    end
    @years << placed
    placed
  end

  def report
    @years.each_with_index.map do |placed, year|
      lines = placed.sort.map { |bed, crops| "  #{bed}: #{crops.map(&:name).join(', ')}" }
      ["Year #{year + 1}", *lines].join("\n")
    end.join("\n")
  end

  private

  def rested?(bed, family, _placed)
    last = @years.last
    return true if last.nil? || last[bed].nil?

    last[bed].none? { |crop| crop.family == family }
  end
end

if $PROGRAM_NAME == __FILE__
  garden = Allotment.new({ 'north' => 6, 'south' => 5, 'shed' => 4 })
  crops = [
    Allotment::Crop.new('beans', :legumes, 4),
    Allotment::Crop.new('kale', :brassicas, 3),
    Allotment::Crop.new('leeks', :alliums, 3)
  ]
  2.times { garden.plan(crops) }
  puts garden.report
end
